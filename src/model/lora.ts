import type { LoraTarget } from "./lora-targets.ts";
import { noteGarbage } from "../host/collect-garbage.ts";
import { splitKey, RandomStream, type RandomKey } from "../random.ts";
import type { ModelConfig } from "./model-config.ts";
import { parameterLayout, parameterViews, type ParameterInfo } from "./parameters.ts";

/**
 * Low-rank adaptation, Hu et al. 2021, arXiv:2106.09685: x W + (alpha / rank) x A B, with W as it is and A, B trained.
 */
export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  readonly targets: readonly LoraTarget[];
}

/** A trained change of a base model. */
export interface Adapter {
  readonly lora: LoraConfig;
  /** Flat, in the order of `adapterLayout`. */
  readonly parameters: Float32Array;
  /** The base that it changes: a folder, a file or a name of the hub. */
  readonly base: string;
}

/** The factor on A B. */
export function loraScale({ alpha, rank }: LoraConfig): number {
  return alpha / rank;
}

/**
 * A layer that is adapted: the weight that stays, and the places of A [in, rank] and B [rank, out] in the adapter's
 * flat array.
 */
export interface AdaptedLayer {
  readonly weight: ParameterInfo;
  readonly a: ParameterInfo;
  readonly b: ParameterInfo;
}

/** The layers that an adapter changes, in the order of the model's parameters. */
export function adaptedLayers(config: ModelConfig, { rank, targets }: LoraConfig): AdaptedLayer[] {
  let offset = 0;
  const place = (name: string, shape: readonly [number, number]): ParameterInfo => {
    const info = { name, shape, offset, size: shape[0] * shape[1], transposed: true, decay: true };
    offset += info.size;
    return info;
  };
  return parameterLayout(config)
    .filter(({ name }) => targets.some((target) => name.endsWith(`.${target}.weight`)))
    .map((weight) => {
      const [inner, outer] = weight.shape as readonly [number, number];
      const layer = weight.name.replace(/weight$/, "");
      return {
        weight,
        a: place(`${layer}lora_A.weight`, [inner, rank]),
        b: place(`${layer}lora_B.weight`, [rank, outer]),
      };
    });
}

/** Every parameter of an adapter in its fixed order: A and B of each layer. */
export function adapterLayout(config: ModelConfig, lora: LoraConfig): ParameterInfo[] {
  return adaptedLayers(config, lora).flatMap(({ a, b }) => [a, b]);
}

/** An adapter that changes nothing yet: A uniform within 1 / sqrt(in), as PEFT draws it, B zero. */
export function initialAdapter(config: ModelConfig, lora: LoraConfig, base: string, key: RandomKey): Adapter {
  const layers = adaptedLayers(config, lora);
  const parameters = new Float32Array(layers.reduce((total, { a, b }) => total + a.size + b.size, 0));
  for (const { a } of layers) {
    const stream = new RandomStream(splitKey(key, a.name));
    const reach = 1 / Math.sqrt(a.shape[0]!);
    for (let i = a.offset; i < a.offset + a.size; i++) parameters[i] = (2 * stream.next() - 1) * reach;
  }
  return { lora, parameters, base };
}

/** Writes the change into a model's own weights, flat: W + (alpha / rank) A B. */
export function mergeAdapterInto(config: ModelConfig, parameters: Float32Array, adapter: Adapter): void {
  const views = parameterViews(parameters, parameterLayout(config));
  for (const layer of adaptedLayers(config, adapter.lora)) addChange(views.get(layer.weight.name)!, layer, adapter);
}

/** The same for one tensor: a copy with the change, or the model's own where the adapter doesn't change it. */
export function mergedTensors(
  config: ModelConfig,
  adapter: Adapter,
): (info: ParameterInfo, values: Float32Array) => Float32Array {
  const layers = new Map(adaptedLayers(config, adapter.lora).map((layer) => [layer.weight.name, layer]));
  return ({ name }, values) => {
    const layer = layers.get(name);
    if (layer === undefined) return values;
    const merged = values.slice();
    noteGarbage(merged.byteLength);
    addChange(merged, layer, adapter);
    return merged;
  };
}

function addChange(target: Float32Array, { weight, a, b }: AdaptedLayer, { lora, parameters: change }: Adapter): void {
  const scale = loraScale(lora);
  const [inner, outer] = weight.shape as readonly [number, number];
  for (let row = 0; row < inner; row++) {
    for (let r = 0; r < lora.rank; r++) {
      const factor = scale * change[a.offset + row * lora.rank + r]!;
      const from = b.offset + r * outer;
      for (let column = 0; column < outer; column++)
        target[row * outer + column] = target[row * outer + column]! + factor * change[from + column]!;
    }
  }
}
