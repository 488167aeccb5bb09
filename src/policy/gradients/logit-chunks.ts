import type { ModelConfig } from "../../model/model-config.ts";

/** What the logits of one chunk may take. */
const CHUNK_BYTES = 2 ** 26;

/**
 * Into how many chunks the scored tokens of a micro-batch are cut, so that a large vocabulary doesn't decide its size:
 * a power of two.
 */
export function logitChunks({ vocabSize, scalarHead }: ModelConfig, tokenBudget: number): number {
  if (scalarHead === true) return 1;
  const wanted = (tokenBudget * vocabSize * 4) / CHUNK_BYTES;
  return wanted <= 1 ? 1 : Math.min(tokenBudget, 2 ** Math.ceil(Math.log2(wanted)));
}
