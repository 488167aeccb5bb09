import type { DenseTensor } from "../../src/engine/index.ts";
import type { JoinedWeight } from "../../src/model/joined-weights.ts";

export type NamedTensor = DenseTensor & { readonly name: string };

/** A joined weight of its parts by name: their columns side by side. */
export function joinedTensor(
  { name, shape: dims, parts }: JoinedWeight,
  valuesOf: (part: string) => Float32Array,
): NamedTensor {
  const width = dims.at(-1)!;
  const data = new Float32Array(dims.reduce((size, length) => size * length, 1));
  let at = 0;
  for (const part of parts) {
    const own = part.shape.at(-1)!;
    valuesOf(part.name).forEach((value, i) => (data[Math.floor(i / own) * width + at + (i % own)] = value));
    at += own;
  }
  return { name, data, dims };
}
