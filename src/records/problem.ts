/**
 * The disjoint parts of a task's problems. RL sees `train`, settings are chosen on `validation`, `heldOut` is touched
 * once, at the end; base models are made from `corpus`.
 */
export const SPLITS = ["corpus", "train", "validation", "heldOut"] as const;
export type Split = (typeof SPLITS)[number];

export interface Problem<Data = unknown> {
  /** Names the problem for good: the same problem has the same id in every run. */
  readonly id: string;
  readonly split: Split;
  /** The question as a person would write it. */
  readonly question: string;
  /** The question in the words of the task's small vocabulary; equal to `question` where there is none. */
  readonly compactQuestion: string;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  /**
   * The language that the question is asked in, as a BCP 47 tag such as `en` or `zh`; where absent, no reward looks at
   * language.
   */
  readonly language?: string;
  /** No rule decides on it: a general prompt. */
  readonly general?: true;
  readonly data: Data;
}
