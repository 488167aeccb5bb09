import { EngineError } from "../../errors.ts";
import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import { uniformAt } from "../../random.ts";
import type { Completion } from "../../records/rollout.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import type { TinkerSequence } from "./tinker-shapes.ts";

const SEEDS = 2 ** 30;
/** Rounding may put a log-probability this far above 0. */
const ROUNDING = 1e-3;

/** A request for one group. The draws of a server depend on a seed by group and on what it writes beside them. */
export function sampleBody(
  { prompt, keys }: SamplingRequest,
  { temperature, greedy, topK, topP, maxNewTokens }: SamplingOptions,
  config: ModelConfig,
): object {
  return {
    prompt: { chunks: [{ type: "encoded_text", tokens: prompt }] },
    num_samples: keys.length,
    sampling_params: {
      max_tokens: maxNewTokens,
      seed: Math.floor(uniformAt(keys[0]!, 0) * SEEDS),
      stop: endTokenIds(config),
      temperature: greedy ? 0 : temperature,
      top_k: topK > 0 ? topK : -1,
      top_p: topP,
    },
    type: "sample",
  };
}

/** What a group must be. */
export interface AskedGroup {
  readonly samples: number;
  readonly maxNewTokens: number;
  readonly config: ModelConfig;
}

/** A group as it came, checked: it goes into the run, and is learnt from. @throws EngineError */
export function completionsOf(sequences: readonly TinkerSequence[], asked: AskedGroup): Completion[] {
  if (sequences.length !== asked.samples)
    throw unusable(`${asked.samples} completions of a prompt`, String(sequences.length));
  const ends = endTokenIds(asked.config);
  return sequences.map(({ tokens, logprobs, stop }) => {
    if (tokens.length === 0 || tokens.length > asked.maxNewTokens)
      throw unusable(`completions of 1 to ${asked.maxNewTokens} tokens`, String(tokens.length));
    const foreign = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= asked.config.vocabSize);
    if (foreign !== undefined) throw unusable(`tokens below ${asked.config.vocabSize}`, String(foreign));
    if (logprobs.length !== tokens.length)
      throw unusable("a log-probability for each token", `${logprobs.length} for ${tokens.length}`);
    const odd = logprobs.find((logprob) => !(Number.isFinite(logprob) && logprob <= ROUNDING));
    if (odd !== undefined) throw unusable("log-probabilities up to 0", String(odd));
    const last = tokens.at(-1)!;
    if (stop === "length") return { tokens, logprobs, stop: "length" };
    if (stop !== "stop")
      throw unusable("`stop` or `length` as the reason why a completion ended", JSON.stringify(stop));
    if (!ends.includes(last)) throw unusable(`completions with their end token (${ends.join(", ")})`, String(last));
    return { tokens, logprobs, stop: "end" };
  });
}

function unusable(expected: string, came: string): EngineError {
  return new EngineError(`Expected the server to give ${expected}, got ${came}; update it, or use another server.`);
}
