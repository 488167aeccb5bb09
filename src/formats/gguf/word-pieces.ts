/** How SentencePiece writes a space; a word's piece begins with it. */
export const WORD_START = "\u2581";

/** A piece that is a word as a whole. */
export const WHOLE_WORD: RegExp = /^\u2581[^\u2581]+$/u;
