import type { ModelSpec, NodeSpec } from "./model-proto.ts";

/**
 * The nodes in the order in which they are written for the engine, so that it runs them in the order of the model.
 *
 * ONNX Runtime walks back from the nodes that nobody reads, beginning with the last, and runs what it meets on the way.
 * A training graph ends in many such nodes, the gradients: written as they come, the gradient of the first layer, made
 * last, would pull everything before it, and what the gradients of the other layers read would stay in memory until the
 * end. So the ends are written last, in reverse.
 */
export function executionOrder({ nodes, outputs }: Pick<ModelSpec, "nodes" | "outputs">): NodeSpec[] {
  const results = new Set(outputs.map(({ name }) => name));
  const inputs = new Set(nodes.flatMap((node) => node.inputs));
  // They give outputs their names, and the engine removes them.
  const isName = (node: NodeSpec): boolean =>
    node.operator === "Identity" && node.outputs.every((name) => results.has(name) && !inputs.has(name));
  const body = nodes.filter((node) => !isName(node));
  const read = new Set(body.flatMap((node) => node.inputs));
  const isEnd = (node: NodeSpec): boolean => !node.outputs.some((name) => read.has(name));
  return [...body.filter((node) => !isEnd(node)), ...body.filter(isEnd).reverse(), ...nodes.filter(isName)];
}
