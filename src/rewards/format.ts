import type { CompletionReward } from "./reward-part.ts";

export interface FormatOptions {
  /** 1 where absent: R1 adds format to accuracy with equal weight. */
  readonly weight?: number;
}

/**
 * Format: 1 if the completion is thinking and an answer in their tags and nothing else, 0 if not.
 * R1 2.2.2, arXiv:2501.12948, which doesn't state its value; 1 is ours.
 */
export function formatReward<P = unknown>(options: FormatOptions = {}): CompletionReward<P> {
  return { name: "format", weight: options.weight ?? 1, score: ({ parsed }) => (parsed.wellFormed ? 1 : 0) };
}
