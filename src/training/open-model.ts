import type { AdvantagedSequence } from "../algorithms/algorithm.ts";
import { withAdapter } from "../algorithms/with-adapter.ts";
import { updatePolicy } from "../algorithms/update-policy.ts";
import { DATA } from "../data/data-options.ts";
import { OptionError } from "../errors.ts";
import { loadSubject, type AskedBy } from "../evaluation/open-subject.ts";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import { clippedPolicyLoss, sequenceMean, type PolicyLoss, type TokenAggregation } from "../losses/index.ts";
import { LORA_TARGETS, type LoraTarget } from "../model/lora-targets.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { optionsOf, refuseUnknown } from "../options/index.ts";
import { startChosenPolicy } from "../policy/device/start-policy.ts";
import type { DeviceChoice } from "../policy/local/engine-options.ts";
import type { Policy } from "../policy/policy.ts";
import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { randomKey, splitKey, type RandomKey } from "../random.ts";
import type { UpdateMetrics } from "../records/metrics.ts";
import type { Problem } from "../records/problem.ts";
import type { Rollout } from "../records/rollout.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

export interface OpenModelOptions extends AskedBy {
  /** Engine threads; 2 where absent. */
  readonly workers?: number;
  /** What computes: `cpu` where absent; `auto` for what is faster. */
  readonly device?: DeviceChoice;
  /** Rank of an adapter that is trained in the place of the weights; 0 or absent for the weights. */
  readonly lora?: number;
  /** Twice the rank where absent. */
  readonly loraAlpha?: number;
  /** All linear layers where absent. */
  readonly loraTargets?: readonly LoraTarget[];
  /** AdamW's; 0 where absent. */
  readonly weightDecay?: number;
  /** Of every draw that is given no key; 1 where absent. */
  readonly seed?: number;
}

export interface SampleOptions {
  /** Completions of each problem; 8 where absent. */
  readonly groupSize?: number;
  /** 1 where absent. */
  readonly temperature?: number;
  /** Sample among the n likeliest tokens; all where absent or 0. */
  readonly topK?: number;
  /** Sample within this much probability; all where absent or 1. */
  readonly topP?: number;
  /** 256, or what the model's context leaves, where absent. */
  readonly maxCompletionTokens?: number;
  /** What the draws depend on, beside problem and sample; the seed, the version and the call where absent. */
  readonly key?: RandomKey;
  readonly signal?: AbortSignal;
}

export interface ModelUpdateOptions {
  readonly learningRate: number;
  /** GRPO's clipped loss, 0.2 to 0.28, without a penalty, where absent. */
  readonly loss?: PolicyLoss;
  /** How tokens are weighed; each completion alike where absent. */
  readonly aggregation?: TokenAggregation;
  /** The gradient's norm is brought down to this; 1 where absent. */
  readonly clipNorm?: number;
  /** That the completions were sampled at; 1 where absent. */
  readonly temperature?: number;
  /** Optimizer steps that the completions are split into; 1 where absent. */
  readonly minibatches?: number;
  /** Times that every completion is used; 1 where absent. */
  readonly innerEpochs?: number;
}

/** A model at work, for a loop of one's own. */
export interface TrainableModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Optimizer steps made so far. */
  readonly version: number;
  /**
   * Samples a group of completions of each problem, put as the model's template says. A text is a problem's question.
   *
   * @returns by problem and sample, in their order
   */
  sample(problems: readonly (Problem | string)[], options?: SampleOptions): Promise<Rollout[][]>;
  /**
   * Log-probabilities of the completions' tokens under the model as it is, or as `keepReference` kept it.
   *
   * @returns by completion, shape [tokens]; in nats, at the temperature
   */
  score(
    completions: readonly Pick<Rollout, "promptTokens" | "tokens">[],
    options?: { readonly temperature?: number; readonly under?: "policy" | "reference" },
  ): Promise<Float32Array[]>;
  /**
   * Learns from completions with their advantages: forward, backward, clip, AdamW.
   *
   * @throws EngineError where the completions were sampled from another policy, or numbers aren't finite
   */
  update(completions: readonly AdvantagedSequence[], options: ModelUpdateOptions): Promise<UpdateMetrics>;
  /** Keeps the model as it is for a KL penalty. */
  keepReference(): Promise<void>;
  /** Writes a model folder as transformers loads it, an adapter written into its weights. */
  save(folder: string): Promise<void>;
  /** Ends its workers. */
  stop(): Promise<void>;
}

const OWN_NAMES = [
  "task",
  "template",
  "system",
  "thinking",
  "workers",
  "device",
  "lora",
  "loraAlpha",
  "loraTargets",
  "weightDecay",
  "seed",
];
const OPTION_NAMES = [...OWN_NAMES, ...optionsOf(DATA).map(({ stored }) => stored)];
const LONGEST = 256;

/**
 * Opens a model of any form (a folder, a `.gguf` file, `hf:owner/name`, an adapter's folder, a run's) and puts it to
 * work. Stop it at the end.
 *
 * @throws OptionError for an unknown option; CheckpointError for what is no model; EngineError for a device that can't
 *   be used; what `loadSubject` throws
 */
export async function openModel(model: string, options: OpenModelOptions = {}): Promise<TrainableModel> {
  refuseUnknown(options, Object.fromEntries(OPTION_NAMES.map((name) => [name, true])));
  const {
    workers = 2,
    device,
    weightDecay = 0,
    seed = 1,
    lora = 0,
    loraAlpha = 0,
    loraTargets = LORA_TARGETS,
  } = options;
  const { checkpoint, template } = await loadSubject(model, options);
  const adapted = withAdapter(checkpoint, { lora, loraAlpha, loraTargets, seed }, model);
  const policy = await startChosenPolicy(adapted, { device, workers, optimizer: { weightDecay } });
  const { config, tokenizer } = checkpoint;
  const draws = keysOf(policy, seed);
  return {
    config,
    tokenizer,
    get version(): number {
      return policy.version;
    },
    sample(given, { key = draws(), groupSize = 8, temperature = 1, maxCompletionTokens, signal, ...within } = {}) {
      const problems = given.map((problem) => (typeof problem === "string" ? asked(problem) : problem));
      return sampleProblems(policy, tokenizer, problems, {
        ...WHOLE_DISTRIBUTION,
        ...within,
        template,
        groupSize,
        temperature,
        maxNewTokens: maxCompletionTokens ?? Math.max(1, Math.min(LONGEST, roomFor(problems))),
        key,
        version: policy.version,
        signal,
      });
    },
    score: (completions, { temperature = 1, under = "policy" } = {}) =>
      policy.score(
        under,
        completions.map(({ promptTokens, tokens }) => ({ promptTokens, tokens, weight: 0, advantage: 0 })),
        temperature,
      ),
    update: (completions, given) => updateModel(policy, completions, given, seed),
    keepReference: () => policy.keepReference(),
    async save(folder) {
      const { parameters, adapter } = await policy.model();
      await saveCheckpoint(folder, { config, parameters, adapter, tokenizer });
    },
    stop: () => policy.stop(),
  };

  function roomFor(problems: readonly Problem[]): number {
    const lengths = problems.map((problem) => tokenizer.encode(template(problem)).length);
    return config.maxPositions - Math.max(0, ...lengths);
  }
}

async function updateModel(
  policy: Policy,
  completions: readonly AdvantagedSequence[],
  options: ModelUpdateOptions,
  seed: number,
): Promise<UpdateMetrics> {
  const { learningRate, clipNorm = 1, temperature = 1, minibatches = 1, innerEpochs = 1 } = options;
  if (!(learningRate > 0)) throw new OptionError(`Expected \`learningRate\` above 0, got ${learningRate}.`);
  return updatePolicy(policy, completions, {
    loss: options.loss ?? clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 }),
    aggregation: options.aggregation ?? sequenceMean,
    schedule: () => learningRate,
    clipNorm,
    temperature,
    minibatches,
    innerEpochs,
    key: splitKey(randomKey(seed), "minibatches", policy.version),
  });
}

/** A key for each call that gives none: the same program draws the same. */
function keysOf(policy: Policy, seed: number): () => RandomKey {
  let calls = 0;
  return () => splitKey(randomKey(seed), "sample", policy.version, calls++);
}

/** A question as a problem that nobody checks. */
function asked(question: string): Problem {
  return { id: question, split: "train", question, compactQuestion: question, difficulty: 0.5, data: null };
}
