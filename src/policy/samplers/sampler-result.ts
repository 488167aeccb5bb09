import { RunError } from "../../errors.ts";
import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import type { Completion } from "../../records/rollout.ts";
import { boundedText, fields, list, oneOf, type Shape, sha256Shape } from "../../store/shape.ts";
import { shapedJson } from "../../store/shaped-json.ts";
import { shortText } from "./model-card.ts";
import { readNumbers, writeNumbers, type SamplerJob } from "./sampler-job.ts";

/** Who did a job, and on what. */
export interface SamplerName {
  /** Its machine and process. */
  readonly name: string;
  /** The processor's kind and the engine's version, which decide last bits. */
  readonly kind: string;
}

/** What a sampler wrote, by request and sample. */
export interface SamplerResult {
  readonly sampler: SamplerName;
  readonly completions: readonly (readonly Completion[])[];
}

/** Log-probabilities are at most 0, but for the rounding of the engine's sums. */
const LARGEST_LOGPROB = 1e-3;
const MOST_TEXT = 2 ** 26;
const COMPLETION: Shape = fields({
  tokens: boundedText(MOST_TEXT),
  logprobs: boundedText(MOST_TEXT),
  stop: oneOf("end", "length"),
});
const RESULT: Shape = fields({
  job: sha256Shape,
  weights: sha256Shape,
  sampler: fields({ name: shortText, kind: shortText }),
  completions: list(list(COMPLETION, 2 ** 20), 2 ** 20),
});

/** A result as text: log-probabilities keep their bits. */
export function writeResult(
  id: string,
  { weightsSha256 }: Pick<SamplerJob, "weightsSha256">,
  { sampler, completions }: SamplerResult,
): string {
  return JSON.stringify({
    job: id,
    weights: weightsSha256,
    sampler,
    completions: completions.map((group) =>
      group.map(({ tokens, logprobs, stop }) => ({
        tokens: writeNumbers(Int32Array.from(tokens)),
        logprobs: writeNumbers(Float32Array.from(logprobs)),
        stop,
      })),
    ),
  });
}

/**
 * A result that came from elsewhere, looked at closely: it must be what this job can give.
 *
 * @throws RunError naming what doesn't fit
 */
export function readResult(text: string, id: string, job: SamplerJob, config: ModelConfig): SamplerResult {
  const json = shapedJson(text, RESULT);
  if (json.wrong !== undefined) throw new RunError(json.wrong);
  const { job: done, weights, sampler, completions } = json.value as Sent;
  if (done !== id || weights !== job.weightsSha256) throw new RunError("it is of another job, or other weights");
  if (completions.length !== job.requests.length)
    throw new RunError(`expected ${job.requests.length} groups, got ${completions.length}`);
  const ends = new Set(endTokenIds(config));
  return {
    sampler,
    completions: completions.map((group, i) => {
      const { length } = job.requests[i]!.keys;
      if (group.length !== length) throw new RunError(`expected a group of ${length}, got ${group.length}`);
      return group.map((sent) => readCompletion(sent, job.sampling.maxNewTokens, config.vocabSize, ends));
    }),
  };
}

/** Characters that the result of a job has at most. */
export function longestResult({ requests, sampling }: SamplerJob): number {
  const samples = requests.reduce((sum, { keys }) => sum + keys.length, 0);
  // Two numbers of four bytes a token, before base64 and in it.
  return 10_000 + samples * (200 + 12 * sampling.maxNewTokens);
}

interface SentCompletion {
  readonly tokens: string;
  readonly logprobs: string;
  readonly stop: "end" | "length";
}

interface Sent {
  readonly job: string;
  readonly weights: string;
  readonly sampler: SamplerName;
  readonly completions: readonly (readonly SentCompletion[])[];
}

function readCompletion(
  sent: SentCompletion,
  mostTokens: number,
  vocabSize: number,
  ends: ReadonlySet<number>,
): Completion {
  const { stop } = sent;
  const [tokenBytes, logprobBytes] = [readNumbers(sent.tokens), readNumbers(sent.logprobs)];
  if (tokenBytes === null || logprobBytes === null) throw new RunError("expected numbers of 32 bits");
  const [tokens, logprobs] = [new Int32Array(tokenBytes), new Float32Array(logprobBytes)];
  if (tokens.length === 0 || tokens.length > mostTokens || logprobs.length !== tokens.length)
    throw new RunError(`expected 1 to ${mostTokens} tokens, each with its log-probability`);
  if (tokens.some((token) => token < 0 || token >= vocabSize))
    throw new RunError(`expected tokens from 0 to ${vocabSize - 1}`);
  if (!logprobs.every((logprob) => Number.isFinite(logprob) && logprob <= LARGEST_LOGPROB))
    throw new RunError("expected log-probabilities that are numbers up to 0");
  const end = tokens.findIndex((token) => ends.has(token));
  const isWhole = stop === "end" ? end === tokens.length - 1 : end < 0 && tokens.length === mostTokens;
  if (!isWhole) throw new RunError("expected a completion that ends where the model ends it");
  return { tokens: [...tokens], logprobs: [...logprobs], stop };
}
