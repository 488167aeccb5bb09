import { ShapeError } from "../errors.ts";
import { addSame } from "./elementwise.ts";
import { shapeText, type GraphNode, type Tensor } from "./tensor.ts";

/**
 * Reverse-mode differentiation: adds the nodes that compute d(loss)/d(x) for each x of `wrt` to the loss's graph.
 *
 * @param loss a tensor of shape []
 * @param wrt tensors of the same graph
 * @returns one gradient for each of `wrt`, of its shape
 * @throws ShapeError when the loss isn't a scalar, or doesn't depend on one of `wrt`
 */
export function backward(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new ShapeError(`Expected the loss to be a scalar, got ${shapeText(loss)}.`);
  return backwardFrom(loss, one(loss), wrt);
}

/** The gradient of a loss by itself. */
export function one({ graph }: Tensor): Tensor {
  return graph.constant([1], []);
}

/**
 * The same from the middle: the gradients of what `output` was computed from, given that of `output`.
 *
 * @throws ShapeError when `output` doesn't depend on one of `wrt`
 */
export function backwardFrom(output: Tensor, outputGradient: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const graph = output.graph;
  const reaches = reachingNodes(graph.nodes, wrt);
  const gradients = new Map<string, Tensor>([[output.name, outputGradient]]);
  // The list grows while the rules emit; only the nodes of the forward part are walked.
  for (let i = reaches.length - 1; i >= 0; i--) {
    if (!reaches[i]) continue;
    const node = graph.nodes[i]!;
    const outputGradients = node.outputs.map((made) => gradients.get(made.name));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    if (node.gradient === undefined)
      throw new ShapeError(`Expected operator ${node.operator} to have a gradient rule; it has none.`);
    const inputGradients = node.gradient(outputGradients);
    node.differentiable.forEach((input, position) => {
      const gradient = inputGradients[position];
      if (input === undefined || gradient === undefined) return;
      const sum = gradients.get(input.name);
      gradients.set(input.name, sum === undefined ? gradient : addSame(sum, gradient));
    });
  }
  return wrt.map((tensor) => {
    const gradient = gradients.get(tensor.name);
    if (gradient === undefined) throw new ShapeError(`Expected the loss to depend on ${tensor.name}; it doesn't.`);
    return gradient;
  });
}

/** Marks the nodes that depend on one of `wrt`; no gradient is computed for the others. */
function reachingNodes(
  nodes: readonly Pick<GraphNode, "differentiable" | "outputs">[],
  wrt: readonly Tensor[],
): boolean[] {
  const dependent = new Set(wrt.map((tensor) => tensor.name));
  return nodes.map((node) => {
    const reaches = node.differentiable.some((input) => input !== undefined && dependent.has(input.name));
    if (reaches) for (const output of node.outputs) dependent.add(output.name);
    return reaches;
  });
}
