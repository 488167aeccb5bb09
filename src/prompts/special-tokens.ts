/** Tokens with a meaning of their own; in every tokenizer made here they have the first ids, in this order. */
export const SPECIAL_TOKENS: readonly string[] = [
  "<pad>",
  "<bos>",
  "<eos>",
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
];
