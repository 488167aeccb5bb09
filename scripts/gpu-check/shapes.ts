import type { ModelConfig } from "../../src/model/model-config.ts";
import { parameterCount, parameterLayout } from "../../src/model/parameters.ts";
import { SMOLLM2_135M } from "../../src/policy/device/smollm2-shape.ts";
import { randomKey, RandomStream } from "../../src/random.ts";

/** Shapes of real models; their weights are random here. */
export type ShapeName = "smol" | "qwen-half" | "qwen-one-half";

const QWEN = { ...SMOLLM2_135M, vocabSize: 151_936, kvHeads: 2, attentionBias: true } as const;

export const SHAPES: Readonly<Record<ShapeName, ModelConfig>> = {
  // Without an end token every sequence has its whole length.
  smol: SMOLLM2_135M,
  /** Qwen2.5-0.5B. */
  "qwen-half": {
    ...QWEN,
    hiddenSize: 896,
    layers: 24,
    heads: 14,
    headDim: 64,
    ffSize: 4864,
  },
  /** Qwen2.5-1.5B. */
  "qwen-one-half": {
    ...QWEN,
    hiddenSize: 1536,
    layers: 28,
    heads: 12,
    headDim: 128,
    ffSize: 8960,
  },
};

/** A shape by name; in a quick try a tiny one with the same options and the same ratio of heads. */
export function shapeOf(name: ShapeName, isQuick: boolean): ModelConfig {
  const shape = SHAPES[name];
  if (!isQuick) return shape;
  const heads = shape.heads / shape.kvHeads;
  return { ...shape, vocabSize: 400, hiddenSize: 8 * heads, layers: 2, heads, kvHeads: 1, headDim: 8, ffSize: 48 };
}

const BLOCK = 2 ** 20;

/**
 * Random weights in seconds, where `initialParameters` takes minutes for a billion: one block of normal numbers, again
 * and again. Norms are 1; the rest has the deviation of an untrained model.
 */
export function repeatedWeights(config: ModelConfig): Float32Array {
  const stream = new RandomStream(randomKey(3));
  const block = Float32Array.from({ length: BLOCK }, () => 0.02 * stream.normal());
  const flat = new Float32Array(parameterCount(config));
  for (const { name, offset, size } of parameterLayout(config)) {
    const view = flat.subarray(offset, offset + size);
    if (name.endsWith("norm.weight")) view.fill(1);
    else repeat(view, block, (offset * 7) % BLOCK);
  }
  return flat;
}

/** @param from where in the block it begins, so that no two tensors are the same */
function repeat(target: Float32Array, block: Float32Array, from: number): void {
  let begin = from;
  for (let at = 0; at < target.length; begin = 0) {
    const part = block.subarray(begin, Math.min(block.length, begin + target.length - at));
    target.set(part, at);
    at += part.length;
  }
}
