import type { ZeroOptions } from "../training/zero-groups.ts";

/** What a config file holds. */
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | EngineConfig;
export interface EngineConfig {
  readonly [key: string]: ConfigValue;
}

/** What the mapping takes of the model. */
export interface MappedModel {
  /** From 8M parameters a micro-batch is one group; smaller models take a minibatch whole. */
  readonly large: boolean;
  /** Tokens of the longest prompt. */
  readonly longestPrompt: number;
  /** Problems to train on. */
  readonly problems: number;
}

const LOSSES = { "sequence-mean": "grpo", "token-mean": "dapo", constant: "dr_grpo" } as const;

/** Optimizer steps that one of our steps has. */
export function updatesOf({ minibatches, innerEpochs }: Pick<ZeroOptions, "minibatches" | "innerEpochs">): number {
  return minibatches * innerEpochs;
}

/** A recipe as the arguments of TRL's `GRPOConfig`. */
export function trlConfig(options: ZeroOptions, { large }: Pick<MappedModel, "large">): EngineConfig {
  const minibatch = (options.groupSize * options.problemsPerStep) / options.minibatches;
  const atOnce = large ? options.groupSize : minibatch;
  const accumulated = minibatch / atOnce;
  const updates = updatesOf(options);
  return {
    output_dir: "run",
    seed: options.seed,
    max_steps: options.steps * updates,
    save_strategy: "steps",
    save_steps: Math.min(options.keepEvery, options.steps) * updates,
    logging_steps: 1,
    log_completions: true,
    num_completions_to_print: 0,
    report_to: "none",
    bf16: false,
    remove_unused_columns: false,
    model_init_kwargs: { dtype: "float32" },
    num_generations: options.groupSize,
    per_device_train_batch_size: atOnce,
    gradient_accumulation_steps: accumulated,
    steps_per_generation: options.minibatches * accumulated,
    num_iterations: options.innerEpochs,
    max_completion_length: options.maxCompletionTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    loss_type: LOSSES[options.aggregation],
    scale_rewards: options.advantages === "group-relative" ? "group" : "none",
    epsilon: options.clipEpsilonLow,
    epsilon_high: options.clipEpsilonHigh,
    beta: options.klCoefficient,
    ...(options.klCoefficient > 0 && options.referenceEvery > 0
      ? {
          sync_ref_model: true,
          ref_model_mixup_alpha: 1,
          ref_model_sync_steps: options.referenceEvery * updates,
        }
      : {}),
    learning_rate: options.learningRate,
    adam_beta1: 0.9,
    adam_beta2: 0.95,
    adam_epsilon: 1e-8,
    weight_decay: options.weightDecay,
    max_grad_norm: options.clipNorm,
    gradient_checkpointing: options.recompute,
    disable_dropout: true,
  };
}

/** The schedule that `train.py` sets, as transformers' own begin at a rate of 0. */
export function trlSchedule({ steps, warmup, learningRateFloor, ...rest }: ZeroOptions): EngineConfig {
  return { total: steps * updatesOf(rest), warmup, floor: learningRateFloor };
}

/** The adapter that is trained in the place of the weights, as PEFT's `LoraConfig` takes it; null for none. */
export function loraConfig({ lora, loraAlpha, loraTargets }: ZeroOptions): EngineConfig | null {
  if (lora === 0) return null;
  return {
    r: lora,
    lora_alpha: loraAlpha === 0 ? 2 * lora : loraAlpha,
    lora_dropout: 0,
    bias: "none",
    target_modules: loraTargets,
  };
}
