/** A completion, taken apart. */
export interface ParsedCompletion {
  /** What stands between <think> and </think>, or after an unclosed <think>; null where there is none. */
  readonly thinking: string | null;
  /** What stands between <answer> and </answer>; null where there isn't exactly one. */
  readonly answer: string | null;
  /** One <think>...</think>, then one <answer>...</answer>, and nothing else but white space. */
  readonly wellFormed: boolean;
  /** Why there is no answer; null where there is one. */
  readonly reason: string | null;
}
