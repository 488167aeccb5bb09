import { describe, expect, test } from "vitest";
import { PRESETS } from "../algorithms/preset-values.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { resolveZeroOptions } from "../training/zero-options.ts";
import { tomlText, yamlText } from "./config-text.ts";
import { primeRlConfig } from "./prime-rl-config.ts";
import { checkMapped } from "./recipe-rules.ts";
import { loraConfig, trlConfig, trlSchedule, updatesOf, type EngineConfig, type ConfigValue } from "./trl-config.ts";
import { verlConfig } from "./verl-config.ts";

const recipe = (given: Partial<ZeroOptions> = {}): ZeroOptions => resolveZeroOptions({ base: "base", ...given });
const MODEL = { large: false, longestPrompt: 10, problems: 100 };

function at(table: EngineConfig, path: string): ConfigValue | undefined {
  return path
    .split(".")
    .reduce<ConfigValue | undefined>((value, key) => (value as EngineConfig | undefined)?.[key], table);
}

describe("TRL", () => {
  test("the preset modern", () => {
    expect(trlConfig(recipe(), MODEL)).toMatchObject({
      num_generations: 8,
      per_device_train_batch_size: 256,
      gradient_accumulation_steps: 1,
      steps_per_generation: 1,
      num_iterations: 1,
      loss_type: "grpo",
      scale_rewards: "none",
      epsilon: 0.2,
      epsilon_high: 0.28,
      beta: 0,
      learning_rate: 5e-4,
      adam_beta2: 0.95,
      max_grad_norm: 1,
      max_steps: 110,
    });
  });

  test("the preset paper, with its moving reference", () => {
    expect(trlConfig(recipe({ preset: "paper" }), MODEL)).toMatchObject({
      num_generations: 16,
      scale_rewards: "group",
      epsilon: 10,
      epsilon_high: 10,
      beta: 0.001,
      sync_ref_model: true,
      ref_model_mixup_alpha: 1,
      ref_model_sync_steps: 400,
    });
  });

  test("minibatches and epochs: every count of steps is one of optimizer steps", () => {
    const options = recipe({ preset: "paper", minibatches: 4, innerEpochs: 2, steps: 10, keepEvery: 5 });
    expect(updatesOf(options)).toBe(8);
    expect(trlConfig(options, MODEL)).toMatchObject({
      per_device_train_batch_size: 128,
      steps_per_generation: 4,
      num_iterations: 2,
      max_steps: 80,
      save_steps: 40,
      ref_model_sync_steps: 3200,
    });
    expect(trlSchedule(options)).toMatchObject({ total: 80, warmup: 5, floor: 0.1 });
  });

  test("a large model takes a group at once", () => {
    const options = recipe({ problemsPerStep: 16, minibatches: 2 });
    expect(trlConfig(options, { large: true })).toMatchObject({
      per_device_train_batch_size: 8,
      gradient_accumulation_steps: 8,
      steps_per_generation: 16,
    });
  });

  test.each([
    ["sequence-mean", "grpo"],
    ["token-mean", "dapo"],
    ["constant", "dr_grpo"],
  ] as const)("%s is %s", (aggregation, loss) => {
    expect(trlConfig(recipe({ aggregation }), MODEL)["loss_type"]).toBe(loss);
  });

  test("an adapter", () => {
    expect(loraConfig(recipe())).toBeNull();
    expect(loraConfig(recipe({ lora: 8, loraTargets: ["q_proj", "v_proj"] }))).toMatchObject({
      r: 8,
      lora_alpha: 16,
      target_modules: ["q_proj", "v_proj"],
    });
  });

  const CHANGED: readonly (readonly [string, Partial<ZeroOptions>, ConfigValue])[] = [
    ["seed", { seed: 9 }, 9],
    ["temperature", { temperature: 0.7 }, 0.7],
    ["top_p", { topP: 0.9 }, 0.9],
    ["top_k", { topK: 20 }, 20],
    ["max_completion_length", { maxCompletionTokens: 64 }, 64],
    ["weight_decay", { weightDecay: 0.1 }, 0.1],
    ["max_grad_norm", { clipNorm: 0.5 }, 0.5],
    ["gradient_checkpointing", { recompute: true }, true],
    ["learning_rate", { learningRate: 1e-5 }, 1e-5],
  ];
  test.each(CHANGED)("%s from %j", (name, given, value) => {
    expect(trlConfig(recipe(given), MODEL)[name]).toEqual(value);
  });
});

describe("verl", () => {
  const verl = (given: Partial<ZeroOptions> = {}): EngineConfig =>
    verlConfig(recipe({ learningRateFloor: 1, ...given }), MODEL);
  const CASES: readonly (readonly [string, Partial<ZeroOptions>, ConfigValue])[] = [
    ["data.train_batch_size", {}, 32],
    ["data.max_prompt_length", {}, 10],
    ["data.max_response_length", { maxCompletionTokens: 64 }, 64],
    ["data.seed", { seed: 9 }, 9],
    ["actor_rollout_ref.rollout.n", { groupSize: 4 }, 4],
    ["actor_rollout_ref.rollout.top_k", {}, -1],
    ["actor_rollout_ref.rollout.top_k", { topK: 20 }, 20],
    ["actor_rollout_ref.rollout.top_p", { topP: 0.9 }, 0.9],
    ["actor_rollout_ref.rollout.temperature", { temperature: 0.7 }, 0.7],
    ["actor_rollout_ref.actor.ppo_mini_batch_size", { minibatches: 4 }, 8],
    ["actor_rollout_ref.actor.ppo_epochs", { innerEpochs: 2 }, 2],
    ["actor_rollout_ref.actor.clip_ratio_low", {}, 0.2],
    ["actor_rollout_ref.actor.clip_ratio_high", {}, 0.28],
    ["actor_rollout_ref.actor.loss_agg_mode", {}, "seq-mean-token-mean"],
    ["actor_rollout_ref.actor.loss_agg_mode", { aggregation: "token-mean" }, "token-mean"],
    ["actor_rollout_ref.actor.loss_agg_mode", { aggregation: "constant" }, "seq-mean-token-sum-norm"],
    ["actor_rollout_ref.actor.loss_scale_factor", { aggregation: "constant" }, 256],
    ["actor_rollout_ref.actor.use_kl_loss", {}, false],
    ["actor_rollout_ref.actor.use_kl_loss", { klCoefficient: 0.01 }, true],
    ["actor_rollout_ref.actor.kl_loss_coef", { klCoefficient: 0.01 }, 0.01],
    ["actor_rollout_ref.actor.kl_loss_type", {}, "low_var_kl"],
    ["actor_rollout_ref.actor.optim.lr", { learningRate: 1e-5 }, 1e-5],
    ["actor_rollout_ref.actor.optim.lr_warmup_steps", { warmup: 7 }, 7],
    ["actor_rollout_ref.actor.optim.min_lr_ratio", {}, 1],
    ["actor_rollout_ref.actor.optim.zero_indexed_step", {}, false],
    ["actor_rollout_ref.actor.grad_clip", { clipNorm: 0.5 }, 0.5],
    ["actor_rollout_ref.model.lora_rank", { lora: 8 }, 8],
    ["actor_rollout_ref.model.lora_alpha", { lora: 8 }, 16],
    ["algorithm.adv_estimator", {}, "grpo"],
    ["algorithm.norm_adv_by_std_in_grpo", {}, false],
    ["algorithm.norm_adv_by_std_in_grpo", { advantages: "group-relative" }, true],
    ["algorithm.adv_estimator", { advantages: "leave-one-out" }, "rloo"],
    ["trainer.total_training_steps", { steps: 10 }, 10],
    // 10 steps of 32 problems are 3.2 passes over 100.
    ["trainer.total_epochs", { steps: 10 }, 4],
  ];
  test.each(CASES)("%s from %j", (path, given, value) => {
    expect(at(verl(given), path)).toEqual(value);
  });
});

describe("prime-rl", () => {
  const options = recipe({ aggregation: "token-mean", topK: 20 });
  const CASES: readonly (readonly [string, ConfigValue])[] = [
    ["max_steps", 110],
    ["seq_len", 266],
    ["orchestrator.batch_size", 256],
    ["orchestrator.group_size", 8],
    ["orchestrator.train.sampling.max_completion_tokens", 256],
    ["orchestrator.train.sampling.extra_body", { top_k: 20 }],
    ["trainer.loss.kl_tau", 0],
    ["trainer.optim.lr", 5e-4],
    ["trainer.optim.betas2", 0.95],
    ["trainer.scheduler.warmup_steps", 5],
    ["trainer.scheduler.decay_steps", 105],
    ["trainer.scheduler.min_lr", 5e-5],
  ];
  test.each(CASES)("%s", (path, value) => {
    checkMapped("prime-rl", options);
    const found = at(primeRlConfig(options, MODEL), path);
    if (typeof value === "number") expect(found).toBeCloseTo(value, 12);
    else expect(found).toEqual(value);
  });
});

test("both presets can be written for TRL", () => {
  for (const preset of Object.keys(PRESETS) as (keyof typeof PRESETS)[])
    expect(() => checkMapped("trl", recipe({ preset }))).not.toThrow();
});

test("YAML and TOML by hand", () => {
  const table = { a: 1, n: { b: "x: y", c: [1, 2], d: null, e: {} }, f: { rows: [{ g: true, h: { i: 0.5 } }] } };
  expect(yamlText(table)).toBe(
    'a: 1\nn:\n  b: "x: y"\n  c: [1,2]\n  d: null\n  e: {}\nf:\n  rows: [{"g":true,"h":{"i":0.5}}]\n',
  );
  expect(tomlText({ a: 1, s: { b: "x" }, f: { rows: [{ g: true, h: { i: 0.5 } }] } })).toBe(
    'a = 1\n\n[s]\nb = "x"\n\n[[f.rows]]\ng = true\nh = { i = 0.5 }\n',
  );
});
