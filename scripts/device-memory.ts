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
import { SHAPES } from "./gpu-check/shapes.ts";

const LORA = { rank: 16, alpha: 32, targets: LORA_TARGETS };

type Choice = Pick<DeviceMemoryQuestion, "lora" | "basePrecision" | "recompute">;
const WHOLE: Choice = { basePrecision: "float32", recompute: false };
const ADAPTER: Choice = { ...WHOLE, lora: LORA };
const HALF: Choice = { ...ADAPTER, basePrecision: "float16" };
const LEAST: Choice = { ...HALF, recompute: true };

const ROWS: readonly (readonly [string, ModelConfig, Choice])[] = [
  ["SmolLM2-135M, all weights", SHAPES.smol, WHOLE],
  ["SmolLM2-135M, LoRA 16", SHAPES.smol, ADAPTER],
  ["+ float16 base, recompute", SHAPES.smol, LEAST],
  ["Qwen2.5-0.5B, LoRA 16", SHAPES["qwen-half"], ADAPTER],
  ["+ float16 base, recompute", SHAPES["qwen-half"], LEAST],
  ["Qwen2.5-1.5B, LoRA 16", SHAPES["qwen-one-half"], ADAPTER],
  ["+ float16 base", SHAPES["qwen-one-half"], HALF],
  ["+ float16 base, recompute", SHAPES["qwen-one-half"], LEAST],
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
