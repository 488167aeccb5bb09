/**
 * A problem that was answered wrong before, and right by a correction inside the completion: where that was seen first.
 */
export interface AhaMoment {
  readonly problemId: string;
  readonly difficulty: number;
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
  /** The candidate that the completion rejected first. */
  readonly rejected: string;
  /** The answer that it ended with. */
  readonly answer: string;
  /** The last step before at which a completion of it was wrong. */
  readonly wrongAt: number;
}
