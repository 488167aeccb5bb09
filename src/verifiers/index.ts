/** Verifiers: what decides whether an answer is the gold answer, and where in a completion the answer stands. */
export type { AnswerVerifier, VerifierKind } from "./answer-verifier.ts";
export { choiceVerifier, type ChoiceOptions } from "./choice-verifier.ts";
export { createVerifier, VERIFIER_KINDS, type VerifierOptions } from "./create-verifier.ts";
export { extractor, EXTRACTOR_NAMES, type AnswerExtractor, type Extraction, type ExtractorName } from "./extractors.ts";
export { jsonVerifier, readSchema, type JsonOptions } from "./json-verifier.ts";
export { mathsVerifier, type MathsOptions } from "./maths/maths-verifier.ts";
export { numberVerifier, type NumberOptions } from "./number-verifier.ts";
export { regexVerifier, type RegexOptions } from "./regex-verifier.ts";
export { exactVerifier, textVerifier, type TextOptions } from "./text-verifier.ts";
