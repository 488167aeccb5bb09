import type { ZeroOptions } from "../training/zero-groups.ts";
import { loraConfig, type EngineConfig, type MappedModel } from "./trl-config.ts";

const LOSSES = {
  "sequence-mean": "seq-mean-token-mean",
  "token-mean": "token-mean",
  constant: "seq-mean-token-sum-norm",
} as const;

/** Above it no ratio of two probabilities reaches: verl's second clip, which we haven't, never counts. */
const NO_DUAL_CLIP = 1e9;

/** A recipe as verl's own config, over its defaults. */
export function verlConfig(options: ZeroOptions, { longestPrompt, problems }: MappedModel): EngineConfig {
  const positions = longestPrompt + options.maxCompletionTokens;
  const lora = loraConfig(options);
  return {
    hydra: { searchpath: ["pkg://verl.trainer.config"] },
    defaults: ["ppo_trainer", "_self_"],
    data: {
      train_files: "train.jsonl",
      val_files: "held-out.jsonl",
      prompt_key: "prompt",
      max_prompt_length: longestPrompt,
      max_response_length: options.maxCompletionTokens,
      train_batch_size: options.problemsPerStep,
      seed: options.seed,
      filter_overlong_prompts: false,
      truncation: "error",
    },
    actor_rollout_ref: {
      model: {
        path: "model",
        enable_gradient_checkpointing: options.recompute,
        ...(lora === null
          ? {}
          : {
              lora_rank: options.lora,
              lora_alpha: lora["lora_alpha"]!,
              target_modules: options.loraTargets,
            }),
      },
      actor: {
        ppo_mini_batch_size: options.problemsPerStep / options.minibatches,
        ppo_epochs: options.innerEpochs,
        use_dynamic_bsz: true,
        ppo_max_token_len_per_gpu: Math.max(16_384, positions),
        clip_ratio_low: options.clipEpsilonLow,
        clip_ratio_high: options.clipEpsilonHigh,
        clip_ratio_c: NO_DUAL_CLIP,
        loss_agg_mode: LOSSES[options.aggregation],
        ...(options.aggregation === "constant" ? { loss_scale_factor: options.maxCompletionTokens } : {}),
        entropy_coeff: 0,
        use_kl_loss: options.klCoefficient > 0,
        kl_loss_coef: options.klCoefficient,
        kl_loss_type: "low_var_kl",
        grad_clip: options.clipNorm,
        fsdp_config: { dtype: "float32" },
        optim: {
          lr: options.learningRate,
          betas: [0.9, 0.95],
          weight_decay: options.weightDecay,
          clip_grad: options.clipNorm,
          // A cosine that falls to all of the rate is a constant; verl's own constant begins its warm-up at 0.
          lr_scheduler_type: "cosine",
          min_lr_ratio: options.learningRateFloor,
          lr_warmup_steps: options.warmup,
          zero_indexed_step: false,
        },
      },
      rollout: {
        name: "vllm",
        n: options.groupSize,
        temperature: options.temperature,
        top_p: options.topP,
        top_k: options.topK === 0 ? -1 : options.topK,
        seed: options.seed,
        dtype: "float32",
        tensor_model_parallel_size: 1,
        log_prob_use_dynamic_bsz: true,
        load_format: "auto",
      },
    },
    algorithm: {
      adv_estimator: options.advantages === "leave-one-out" ? "rloo" : "grpo",
      norm_adv_by_std_in_grpo: options.advantages === "group-relative",
      use_kl_in_reward: false,
    },
    reward: {
      custom_reward_function: { path: "aha_rewards.py", name: "compute_score" },
      reward_manager: { source: "importlib", name: "AhaRewardManager", module: { path: "aha_manager.py" } },
    },
    trainer: {
      project_name: "aha",
      experiment_name: "verl",
      logger: ["console"],
      rollout_data_dir: "run/rollouts",
      default_local_dir: "run/checkpoints",
      nnodes: 1,
      n_gpus_per_node: 1,
      save_freq: Math.min(options.keepEvery, options.steps),
      test_freq: -1,
      val_before_train: false,
      total_training_steps: options.steps,
      total_epochs: Math.ceil((options.steps * options.problemsPerStep) / Math.max(1, problems)),
    },
  };
}
