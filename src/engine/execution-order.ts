import type { ModelSpec, NodeSpec } from "./model-proto.ts";

/** Gives a weight's numbers in another form: one input, one output. */
const PREPARING: ReadonlySet<string> = new Set(["Cast", "Transpose"]);

/**
 * The nodes in the order in which they are written for the engine, so that it runs them in the order of the model.
 *
 * ONNX Runtime walks back from the nodes that nobody reads, beginning with the last, and runs what it meets on the way.
 * A training graph ends in many such nodes, the gradients: written as they come, the gradient of the first layer, made
 * last, would pull everything before it, and what the gradients of the other layers read would stay in memory until the
 * end. So the ends are written last, in reverse.
 *
 * Of what a node reads, it walks first to what was written last. What only widens or transposes a weight is written
 * before all else: the engine then comes to it when all else that its reader reads is there, and not to all weights
 * before the first layer.
 */
export function executionOrder({
  nodes,
  outputs,
  inputs: given,
}: Pick<ModelSpec, "nodes" | "outputs" | "inputs">): NodeSpec[] {
  const known = new Set(given.map(({ name }) => name));
  const prepares = new Set<NodeSpec>();
  for (const node of nodes) {
    if (!PREPARING.has(node.operator) || !known.has(node.inputs[0]!)) continue;
    prepares.add(node);
    known.add(node.outputs[0]!);
  }
  const results = new Set(outputs.map(({ name }) => name));
  const inputs = new Set(nodes.flatMap((node) => node.inputs));
  // They give outputs their names, and the engine removes them.
  const isName = (node: NodeSpec): boolean =>
    node.operator === "Identity" && node.outputs.every((name) => results.has(name) && !inputs.has(name));
  const body = nodes.filter((node) => !isName(node) && !prepares.has(node));
  const read = new Set(body.flatMap((node) => node.inputs));
  const isEnd = (node: NodeSpec): boolean => !node.outputs.some((name) => read.has(name));
  return [
    ...prepares,
    ...body.filter((node) => !isEnd(node)),
    ...body.filter(isEnd).reverse(),
    ...nodes.filter(isName),
  ];
}
