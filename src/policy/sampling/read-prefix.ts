import type { DenseTensor } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";

/** What all prompts of a job begin with, as it was read: inputs of the graphs that read and write behind it. */
export interface ReadPrefix {
  readonly length: number;
  /** Of what reads the rests of prompts. */
  readonly prefill: Readonly<Record<string, DenseTensor>>;
  /** Of what writes tokens. */
  readonly step: Readonly<Record<string, DenseTensor>>;
}

/** @param keyValues as the prefill graph gives them for one prompt, [1, length, layers * 2 * kvHeads * headDim] */
export function readPrefix(
  keyValues: Float32Array,
  length: number,
  { layers, kvHeads, headDim }: Pick<ModelConfig, "layers" | "kvHeads" | "headDim">,
): ReadPrefix {
  const width = layers * 2 * kvHeads * headDim;
  const step: Record<string, DenseTensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const [half, name] of [`prefixKeys.${layer}`, `prefixValues.${layer}`].entries()) {
      const data = new Float32Array(kvHeads * length * headDim);
      for (let head = 0; head < kvHeads; head++) {
        const from = ((layer * 2 + half) * kvHeads + head) * headDim;
        for (let position = 0; position < length; position++)
          data.set(
            keyValues.subarray(position * width + from, position * width + from + headDim),
            (head * length + position) * headDim,
          );
      }
      step[name] = { data, dims: [kvHeads, 1, length, headDim] };
    }
  }
  const past = { data: keyValues.subarray(0, length * width), dims: [1, length, width] };
  return { length, prefill: { past, first: { data: BigInt64Array.of(BigInt(length)), dims: [1] } }, step };
}
