/** Verifiers: what decides whether an answer is the gold answer, and where in a completion the answer stands. */
export { VERIFIER_KINDS, type AnswerVerifier, type VerifierKind } from "./answer-verifier.ts";
export { choiceVerifier } from "./choice-verifier.ts";
export { createVerifier, type VerifierOptions } from "./create-verifier.ts";
export { extractor, EXTRACTOR_NAMES, type AnswerExtractor, type Extraction, type ExtractorName } from "./extractors.ts";
export { jsonVerifier, readSchema } from "./json-verifier.ts";
export { boxesOf, type Box } from "./maths/boxes.ts";
export { mathsVerifier } from "./maths/maths-verifier.ts";
export { numberVerifier } from "./number-verifier.ts";
export { regexVerifier } from "./regex-verifier.ts";
export { exactVerifier, textVerifier } from "./text-verifier.ts";
export {
  VERIFY,
  type ChoiceOptions,
  type JsonOptions,
  type MathsOptions,
  type NumberOptions,
  type RegexOptions,
  type TextOptions,
  type VerifyOptions,
} from "./verifier-options.ts";
