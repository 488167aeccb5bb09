import { ApiProblem } from "../../../server/api-problem.ts";
import { readBody } from "../../../server/read-body.ts";
import { refuseField } from "../../../server/body-fields.ts";
import { readSampling } from "../../../server/read-sampling.ts";
import type { PlaygroundQuestion } from "../../api.ts";
import { RequestError } from "../request-error.ts";
import { PLAYGROUND_LIMITS } from "./playground-limits.ts";

const DEFAULTS = { temperature: 0.6, topP: 0.95 } as const;
const SEEDS = 2 ** 47;

/** Reads what a page asks both models, within the limits. @throws RequestError */
export async function readQuestion(request: Request): Promise<PlaygroundQuestion> {
  try {
    return await readFields(request);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    throw new RequestError(error.status === 413 ? 413 : 400, error.message);
  }
}

async function readFields(request: Request): Promise<PlaygroundQuestion> {
  const { bodyBytes, questionCharacters, samples, tokens } = PLAYGROUND_LIMITS;
  const fields = await readBody(request, bodyBytes);
  const question = fields.text("question") ?? "";
  if (question.trim() === "" || question.length > questionCharacters)
    refuseField("question", `a text of 1 to ${questionCharacters} characters`, question);
  const { temperature, choices, seed = 0, maxTokens = tokens } = readSampling(fields, DEFAULTS);
  if (choices > samples) refuseField("n", `from 1 to ${samples}`, choices);
  if (maxTokens > tokens) refuseField("max_tokens", `from 1 to ${tokens}`, maxTokens);
  if (seed < 0 || seed > SEEDS) refuseField("seed", `from 0 to ${SEEDS}`, seed);
  return { question, temperature, n: choices, max_tokens: maxTokens, seed };
}
