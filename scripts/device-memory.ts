/**
 * The table "Memory" of docs/gpu.md: planned megabytes of a device's memory, for micro-batches of 4 x 256 tokens and 64
 * completions of 256 tokens that are written at once.
 *
 *     npx tsx scripts/device-memory.ts
 */
import { clippedPolicyLoss } from "../src/losses/index.ts";
import { LORA_TARGETS } from "../src/model/lora-targets.ts";
import type { ModelConfig } from "../src/model/model-config.ts";
import { planDevice, type DeviceMemoryQuestion } from "../src/policy/device/device-plan.ts";
import { SMOLLM2_135M } from "../src/policy/device/smollm2-shape.ts";

const QWEN = { ...SMOLLM2_135M, vocabSize: 151_936, attentionBias: true, ropeTheta: 1_000_000 };
const HALF_B: ModelConfig = { ...QWEN, hiddenSize: 896, layers: 24, heads: 14, kvHeads: 2, headDim: 64, ffSize: 4864 };
const ONE_AND_A_HALF_B: ModelConfig = {
  ...QWEN,
  hiddenSize: 1536,
  layers: 28,
  heads: 12,
  kvHeads: 2,
  headDim: 128,
  ffSize: 8960,
};
const LORA = { rank: 16, alpha: 32, targets: LORA_TARGETS };

type Choice = Pick<DeviceMemoryQuestion, "lora" | "basePrecision" | "recompute">;
const WHOLE: Choice = { basePrecision: "float32", recompute: false };
const ADAPTER: Choice = { ...WHOLE, lora: LORA };
const HALF: Choice = { ...ADAPTER, basePrecision: "float16" };
const LEAST: Choice = { ...HALF, recompute: true };

const ROWS: readonly (readonly [string, ModelConfig, Choice])[] = [
  ["SmolLM2-135M, all weights", SMOLLM2_135M, WHOLE],
  ["SmolLM2-135M, LoRA 16", SMOLLM2_135M, ADAPTER],
  ["+ float16 base, recompute", SMOLLM2_135M, LEAST],
  ["Qwen2.5-0.5B, LoRA 16", HALF_B, ADAPTER],
  ["+ float16 base, recompute", HALF_B, LEAST],
  ["Qwen2.5-1.5B, LoRA 16", ONE_AND_A_HALF_B, ADAPTER],
  ["+ float16 base", ONE_AND_A_HALF_B, HALF],
  ["+ float16 base, recompute", ONE_AND_A_HALF_B, LEAST],
];

console.log("| | weights | gradients | optimizer | caches | activations | total |\n|---|---|---|---|---|---|---|");
for (const [name, config, choice] of ROWS) {
  const plan = planDevice({
    ...choice,
    config,
    device: "webgpu",
    loss: clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 }),
    tokenBudget: 1024,
    longestPrompt: 64,
    maxCompletionTokens: 192,
    groupSize: 8,
    slots: 64,
  });
  const { weights, gradients, optimizer, caches, activations, total } = plan;
  const cells = [weights, gradients, optimizer, caches, activations, total].map((megabytes) =>
    Math.round(megabytes).toLocaleString("en"),
  );
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
