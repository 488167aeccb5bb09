/**
 * What shows that reasoning appears, over the completions of one step or one evaluation. Lengths are in tokens; a mean
 * over nothing is null.
 */
export interface EmergenceMetrics {
  readonly meanLength: number;
  /** Of completions that finished, as is `wrongLength`. */
  readonly rightLength: number | null;
  readonly wrongLength: number | null;
  readonly truncatedLength: number | null;
  /** Share of completions that reject a candidate of their own and try another; one that was cut does not. */
  readonly selfCorrectionShare: number | null;
  /** Its standard error. */
  readonly selfCorrectionError?: number | null;
  /** Share of the self-correcting completions that end right. */
  readonly selfCorrectionRight: number | null;
  /** Its standard error. */
  readonly selfCorrectionRightError?: number | null;
  /** Of the tries that were right and decided on, the share that was rejected; absent in older rows. */
  readonly falseRejectionRate?: number | null;
  /** Of the tries that were wrong and decided on, the share that was accepted; absent in older rows. */
  readonly falseAcceptanceRate?: number | null;
  /** The paper's ten reflective words per thousand tokens. */
  readonly paperReflectionRate: number;
  /** The task's own reflective words per thousand tokens. */
  readonly taskReflectionRate: number;
  readonly meanAttempts: number | null;
  /** Mean length by difficulty, in five equal bins from easy to hard. */
  readonly lengthByDifficulty: readonly (number | null)[];
  /** Pearson correlation of length with difficulty; null where either doesn't vary. */
  readonly effortCorrelation: number | null;
}

/** The same where lengths may not have been recorded: they and the rates by token are null then. */
export type RecordedEmergence = Omit<EmergenceMetrics, "meanLength" | "paperReflectionRate" | "taskReflectionRate"> & {
  readonly [K in "meanLength" | "paperReflectionRate" | "taskReflectionRate"]: number | null;
};
