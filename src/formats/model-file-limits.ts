/** Bytes that a model's small files may have: twice what the largest of known models take, and more. */
export const MOST_BYTES = {
  config: 1_048_576,
  tokenizer: 33_554_432,
  tokenizerConfig: 8_388_608,
  index: 8_388_608,
} as const;

/** Files with weights that a model may have. */
export const MOST_SHARDS = 1000;
