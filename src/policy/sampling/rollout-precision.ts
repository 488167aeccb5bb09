import {
  quantiseWeight,
  withQuantisedProducts,
  type ModelSpec,
  type QuantisedBits,
  type QuantisedWeight,
} from "../../engine/index.ts";

/** What rollouts are written with: the weights as they are trained, or those of linear layers rounded to few bits. */
export const ROLLOUT_PRECISIONS = ["float32", "int8", "int4"] as const;
export type RolloutPrecision = (typeof ROLLOUT_PRECISIONS)[number];

export type RoundedPrecision = Exclude<RolloutPrecision, "float32">;

/** Bits of a linear layer's weights. */
export const PRECISION_BITS: Readonly<Record<RoundedPrecision, QuantisedBits>> = { int8: 8, int4: 4 };

/** Weights of a layer's projections, alone or joined: those that are rounded. */
const LINEAR = /_proj\.weight$/;

/** Whether a weight is rounded, by its name. */
export function isRoundedWeight(name: string): boolean {
  return LINEAR.test(name);
}

/**
 * A graph that writes, with the weights of the linear layers in few bits. Embedding and output layer, norms, biases and
 * what an adapter adds stay float32.
 *
 * @param weights by the name under which the graph reads them, as they are now
 */
export function inRolloutPrecision(
  graph: ModelSpec,
  weights: ReadonlyMap<string, Float32Array>,
  precision: RolloutPrecision,
): ModelSpec {
  if (precision === "float32") return graph;
  const bits = PRECISION_BITS[precision];
  const quantised = new Map<string, QuantisedWeight>();
  for (const { name, shape } of [...graph.inputs, ...graph.constants]) {
    const values = weights.get(name);
    if (values === undefined || !isRoundedWeight(name)) continue;
    quantised.set(name, quantiseWeight(values, shape as readonly [number, number], bits));
  }
  return withQuantisedProducts(graph, quantised, bits);
}
