/** Kinds of tokens by their number in a GGUF file (llama.cpp, llama_token_type). */
export const TOKEN_KINDS = {
  normal: 1,
  unknown: 2,
  /** Special: text is searched for it where special tokens are allowed, and it isn't shown. */
  control: 3,
  /** Cut out of any text before the rest is tokenised. */
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** A token of a GGUF file's vocabulary. */
export interface GgufToken {
  readonly id: number;
  readonly text: string;
  /** One of `TOKEN_KINDS`. */
  readonly kind: number;
  /** How early SentencePiece merges to it; 0 where the file has no scores. */
  readonly score: number;
}
