import {
  farthestWhole,
  inWholeColumns,
  quantiseWeight,
  withDynamicProducts,
  withQuantisedProducts,
  type Engine,
  type MatrixWeight,
  type ModelSpec,
  type ProgramOptions,
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

/** What logits are made with: the embedding, turned, where the two are tied. */
const OUTPUT: ReadonlySet<string> = new Set(["lm_head.weight", "model.embed_tokens.weight"]);

/**
 * A graph that writes on the CPU, with the weights of the linear layers in few bits. int8 computes in whole numbers, in
 * the output layer too; int4 in float32. Embedding, norms, biases and what an adapter adds stay float32.
 *
 * @param weights by the name under which the graph reads them, as they are now
 */
export async function inRolloutPrecision(
  engine: Engine,
  graph: ModelSpec,
  weights: ReadonlyMap<string, Float32Array>,
  { precision, ...options }: ProgramOptions & { readonly precision: RolloutPrecision },
): Promise<ModelSpec> {
  if (precision === "float32") return graph;
  if (precision === "int4") return inBlocks(graph, weights, precision);
  const products = matricesOf(graph, weights);
  return withDynamicProducts(graph, await inWholeColumns(engine, products, await farthestWhole(engine), options));
}

/** The weights that int8 rounds, by name. */
function matricesOf(graph: ModelSpec, weights: ReadonlyMap<string, Float32Array>): Map<string, MatrixWeight> {
  const shapes = shapesIn(graph);
  const matrices = new Map<string, MatrixWeight>();
  for (const { operator, inputs } of graph.nodes) {
    const [, name = ""] = inputs;
    const values = weights.get(name);
    if (values === undefined || !(isRoundedWeight(name) || OUTPUT.has(name))) continue;
    const turned = operator === "FusedMatMul";
    if (turned || operator === "MatMul") matrices.set(name, { values, shape: shapes.get(name)!, turned });
  }
  return matrices;
}

function inBlocks(
  graph: ModelSpec,
  weights: ReadonlyMap<string, Float32Array>,
  precision: RoundedPrecision,
): ModelSpec {
  const bits = PRECISION_BITS[precision];
  const quantised = new Map<string, QuantisedWeight>();
  for (const [name, shape] of shapesIn(graph)) {
    const values = weights.get(name);
    if (values !== undefined && isRoundedWeight(name)) quantised.set(name, quantiseWeight(values, shape, bits));
  }
  return withQuantisedProducts(graph, quantised, bits);
}

/** The shapes of a graph's weights by their names: of those that are rounded, two sizes. */
function shapesIn({ inputs, constants }: ModelSpec): ReadonlyMap<string, readonly [number, number]> {
  return new Map([...inputs, ...constants].map(({ name, shape }) => [name, shape as unknown as [number, number]]));
}
