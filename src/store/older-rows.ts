import type { EvaluationResult, RecordedStep } from "../records/metrics.ts";
import type { Unverifiable } from "../records/verdict.ts";

/** A step as this version writes it, or as older ones did: with the bare count of what could not be scored. */
type StepRow = Omit<RecordedStep, "unverifiable"> & { readonly unverifiable: Unverifiable | number };

/** An evaluation likewise: older ones called unverifiable samples wrong, and the first samples `firsts`. */
interface OlderSamples {
  readonly firsts?: readonly {
    readonly question: string;
    readonly text: string;
    readonly answer: string | null;
    readonly right: boolean;
  }[];
}
export type EvaluationRow = Omit<EvaluationResult, "judged" | "unverifiable"> &
  Partial<EvaluationResult> &
  OlderSamples;

/** A step of a run of any version. */
export function stepOfRow(row: StepRow): RecordedStep {
  const { unverifiable } = row;
  return {
    ...row,
    unverifiable: typeof unverifiable === "number" ? { count: unverifiable, reasons: [] } : unverifiable,
  };
}

/** An evaluation of a run of any version. */
export function evaluationOfRow({ firsts, ...row }: EvaluationRow): EvaluationResult {
  return {
    ...row,
    judged: row.judged ?? row.problems * row.samples,
    unverifiable: row.unverifiable ?? { count: 0, reasons: [] },
    ...(firsts === undefined
      ? {}
      : { firstSamples: firsts.map(({ right, ...sample }) => ({ ...sample, score: Number(right) })) }),
  };
}
