import type { ZeroOptions } from "../training/zero-groups.ts";
import type { EngineConfig, MappedModel } from "./trl-config.ts";

/**
 * A recipe as prime-rl's config. Its loss is its own (a DPPO mask in the place of the clip): with one update of a
 * batch, which is all that is exported to it, our clip never binds.
 */
export function primeRlConfig(options: ZeroOptions, { longestPrompt }: MappedModel): EngineConfig {
  const positions = longestPrompt + options.maxCompletionTokens;
  const sampling = {
    temperature: options.temperature,
    max_completion_tokens: options.maxCompletionTokens,
    ...(options.topK === 0 ? {} : { extra_body: { top_k: options.topK } }),
  };
  return {
    max_steps: options.steps,
    seq_len: positions,
    output_dir: "run",
    deployment: { num_train_gpus: 1, num_infer_gpus: 1 },
    model: { name: "model" },
    orchestrator: {
      batch_size: options.groupSize * options.problemsPerStep,
      group_size: options.groupSize,
      renderer: { name: "default" },
      train: {
        sampling,
        env: [
          {
            name: "aha",
            taskset: {
              id: "nemo_gym",
              dataset: "train.jsonl",
              task: { resources_url: "http://127.0.0.1:8900" },
            },
            harness: { id: "null", runtime: { type: "subprocess" } },
          },
        ],
      },
    },
    trainer: {
      loss: { type: "default", kl_tau: 0 },
      model: { optimization_dtype: "float32" },
      optim: {
        type: "adamw",
        lr: options.learningRate,
        weight_decay: options.weightDecay,
        max_norm: options.clipNorm,
        betas1: 0.9,
        betas2: 0.95,
      },
      scheduler: {
        type: "linear",
        warmup_steps: options.warmup,
        decay_steps: options.learningRateFloor === 1 ? 0 : Math.max(0, options.steps - options.warmup),
        min_lr: options.learningRate * Math.min(1, options.learningRateFloor),
      },
    },
    ckpt: { interval: Math.min(options.keepEvery, options.steps) },
    inference: {},
  };
}
