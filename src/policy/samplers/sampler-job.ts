import { RunError } from "../../errors.ts";
import { canonicalJson } from "../../host/canonical-json.ts";
import type { RandomKey } from "../../random.ts";
import {
  boundedText,
  fields,
  integerWithin,
  list,
  misfitText,
  number,
  truth,
  type Shape,
  sha256Shape,
} from "../../store/shape.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { ModelCard } from "./model-card.ts";

/**
 * What a sampler is asked for. It is a pure function of this and of what the hashes name: whoever does it, and however
 * often, the bytes are the same.
 */
export interface SamplerJob {
  /** Of the model's card. */
  readonly modelSha256: string;
  /** Of the weights that change from step to step, as their bytes. */
  readonly weightsSha256: string;
  readonly requests: readonly SamplingRequest[];
  readonly sampling: SamplingOptions;
}

/** Characters of a job's text. */
export const MOST_JOB: number = 64 * 2 ** 20;
const MOST_REQUESTS = 2 ** 20;
const MOST_TOKENS = 2 ** 24;

const REQUEST: Shape = fields({ prompt: boundedText(MOST_JOB), keys: boundedText(MOST_JOB) });
const JOB: Shape = fields({
  modelSha256: sha256Shape,
  weightsSha256: sha256Shape,
  requests: list(REQUEST, MOST_REQUESTS),
  sampling: fields(
    {
      temperature: number(0, 1e6),
      topK: integerWithin(0, MOST_TOKENS),
      topP: number(0, 1),
      greedy: truth,
      maxNewTokens: integerWithin(1, MOST_TOKENS),
      frozen: truth,
    },
    { slots: integerWithin(1, MOST_TOKENS) },
  ),
});

/** A job as text; its SHA-256 is the job's name. */
export function writeJob({ modelSha256, weightsSha256, requests, sampling }: SamplerJob): string {
  const { temperature, topK, topP, greedy, maxNewTokens, slots, frozen = false } = sampling;
  return canonicalJson({
    modelSha256,
    weightsSha256,
    requests: requests.map(({ prompt, keys }) => ({
      prompt: writeNumbers(Int32Array.from(prompt)),
      keys: writeNumbers(Uint32Array.from(keys.flatMap(({ high, low }) => [high, low]))),
    })),
    sampling: {
      temperature,
      topK,
      topP,
      greedy,
      maxNewTokens,
      frozen,
      ...(slots === undefined ? {} : { slots }),
    },
  });
}

/** @throws RunError for what is no job */
export function readJob(text: string): SamplerJob {
  const json = foreignJson(text);
  const misfit = json.expected === undefined ? JOB(json.value) : null;
  if (json.expected !== undefined || misfit !== null)
    throw new RunError(
      `Expected a job of sampling, got another (${misfit === null ? "no JSON" : misfitText(misfit)}).`,
    );
  const { requests, ...job } = json.value as Omit<SamplerJob, "requests"> & {
    readonly requests: readonly { readonly prompt: string; readonly keys: string }[];
  };
  return { ...job, requests: requests.map(({ prompt, keys }) => ({ prompt: tokensOf(prompt), keys: keysOf(keys) })) };
}

/** @throws RunError where a job asks for what its model can't do */
export function checkJob({ requests, sampling }: SamplerJob, { config, positions }: ModelCard): void {
  const most = Math.min(positions, config.maxPositions);
  for (const { prompt } of requests) {
    if (prompt.length === 0 || prompt.some((token) => token < 0 || token >= config.vocabSize))
      throw new RunError("Expected prompts of tokens that the model has, got others.");
    if (prompt.length + sampling.maxNewTokens > most)
      throw new RunError(`Expected sequences of at most ${most} tokens, got longer ones.`);
  }
}

/** Numbers of 32 bits as text, bit for bit. */
export function writeNumbers({ buffer, byteOffset, byteLength }: Int32Array | Uint32Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** @returns the bytes of 32-bit numbers, in memory of their own; null for what has none */
export function readNumbers(text: string): ArrayBuffer | null {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return bytes.length % 4 === 0 ? bytes.buffer : null;
}

function tokensOf(text: string): number[] {
  return [...new Int32Array(bytesOf(text))];
}

function keysOf(text: string): RandomKey[] {
  const words = new Uint32Array(bytesOf(text));
  return Array.from({ length: words.length >> 1 }, (_, i) => ({ high: words[2 * i]!, low: words[2 * i + 1]! }));
}

function bytesOf(text: string): ArrayBuffer {
  const bytes = readNumbers(text);
  if (bytes === null) throw new RunError("Expected numbers of 32 bits in a job of sampling, got others.");
  return bytes;
}
