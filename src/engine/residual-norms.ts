import type { ModelSpec, NodeSpec } from "./model-proto.ts";

/**
 * A graph in which a sum and the norm that reads it are one node, which gives both: on a GPU a node costs more than a
 * sum.
 */
export function withResidualNorms(model: ModelSpec): ModelSpec {
  const madeAt = new Map(model.nodes.flatMap(({ outputs }, i) => outputs.map((name) => [name, i] as const)));
  const normOf = new Map<string, NodeSpec>();
  for (const node of model.nodes) {
    const [x, gain] = node.inputs as [string, string];
    const isPlain = node.operator === "SimplifiedLayerNormalization" && node.outputs.length === 1;
    // The one node stands where the sum stood: what it reads must have been made there.
    const isReady = (madeAt.get(gain) ?? -1) < (madeAt.get(x) ?? -1);
    if (isPlain && isReady && !normOf.has(x)) normOf.set(x, node);
  }
  const fused = new Set<NodeSpec>();
  const nodes = model.nodes.map((node) => {
    const norm = normOf.get(node.outputs[0]!);
    if (norm === undefined || node.operator !== "Add" || !addsEqualShapes(model, node)) return node;
    fused.add(norm);
    return {
      operator: "SkipSimplifiedLayerNormalization",
      domain: "com.microsoft",
      inputs: [...node.inputs, norm.inputs[1]!],
      outputs: [norm.outputs[0]!, "", "", node.outputs[0]!],
      attributes: { epsilon: norm.attributes["epsilon"]! },
    };
  });
  return { ...model, nodes: nodes.filter((node) => !fused.has(node)) };
}

/** The engine's node takes rows in one or two leading axes, and spreads nothing. */
function addsEqualShapes({ shapes, inputs }: ModelSpec, { inputs: terms, outputs }: NodeSpec): boolean {
  const [a, b, sum] = [...terms, outputs[0]!].map(
    (name) => (shapes.get(name) ?? inputs.find((input) => input.name === name))?.shape,
  );
  if (a === undefined || b === undefined || sum === undefined || (sum.length !== 2 && sum.length !== 3)) return false;
  return a.join() === sum.join() && b.join() === sum.join();
}
