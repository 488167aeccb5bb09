import { refuseField, type BodyFields } from "./body-fields.ts";
import { MOST_LIKELIEST, readSampling, type AskedSampling, type SamplingDefaults } from "./read-sampling.ts";

/** A request of `/v1/completions`. */
export interface AskedCompletion {
  readonly sampling: AskedSampling;
  /** Texts, or tokens. */
  readonly prompts: readonly (string | readonly number[])[];
  readonly tellsLogprobs: boolean;
  readonly likeliest: number;
}

const MOST_PROMPTS = 128;

/** @throws ApiProblem 400 naming the field */
export function readCompletion(fields: BodyFields, defaults: SamplingDefaults): AskedCompletion {
  const sampling = readSampling(fields, defaults);
  const likeliest = fields.integer("logprobs", 0, MOST_LIKELIEST);
  return {
    sampling,
    prompts: readPrompts(fields.get("prompt")),
    tellsLogprobs: likeliest !== undefined,
    likeliest: likeliest ?? 0,
  };
}

function readPrompts(value: unknown): AskedCompletion["prompts"] {
  if (typeof value === "string") return [value];
  if (isTokens(value)) return [value];
  const isPrompt = (prompt: unknown): prompt is string | readonly number[] =>
    typeof prompt === "string" || isTokens(prompt);
  if (Array.isArray(value) && value.length > 0 && value.length <= MOST_PROMPTS && value.every(isPrompt)) return value;
  return refuseField("prompt", `a text, tokens, or a list of up to ${MOST_PROMPTS} of them`, value);
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isSafeInteger(token) && token >= 0);
}
