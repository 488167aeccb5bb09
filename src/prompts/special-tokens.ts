/**
 * Tokens that stand for no text; in every tokenizer made here they have the first ids, in this order. Engines leave
 * them out of what they decode.
 */
export const SPECIAL_TOKENS: readonly string[] = ["<pad>", "<bos>", "<eos>"];

/**
 * Tags that verifiers read, each a token of its own: they have the ids after those of the special tokens, and are none
 * themselves, or an engine that leaves such out (TRL, verl) would leave the answer out of its completion.
 */
export const TAG_TOKENS: readonly string[] = ["<think>", "</think>", "<answer>", "</answer>"];
