import { ShapeError } from "../errors.ts";
import type { ConstantSpec, ModelSpec } from "../engine/index.ts";
import { valueSpec, type Graph, type GraphNode, type Tensor } from "./tensor.ts";

export interface CompileOptions {
  /** Inputs that are written into the graph as constants, by name: weights that don't change between runs. */
  readonly frozen?: ReadonlyMap<string, Float32Array> | undefined;
}

/**
 * Makes the model that computes the given outputs: only the nodes, inputs and constants that they need.
 *
 * @param outputs tensors by the name under which a run gives them
 */
export function compile(
  graph: Graph,
  outputs: Readonly<Record<string, Tensor>>,
  options: CompileOptions = {},
): ModelSpec {
  const needed = neededNodes(graph, Object.values(outputs));
  const used = new Set(Object.values(outputs).map((tensor) => tensor.name));
  for (const node of needed) for (const input of node.inputs) if (input !== undefined) used.add(input.name);
  const frozen = options.frozen ?? new Map<string, Float32Array>();
  const inputs = graph.inputs.filter((input) => used.has(input.name));
  const constants: ConstantSpec[] = [...graph.constants.values()].filter((constant) => used.has(constant.name));
  for (const input of inputs) {
    const data = frozen.get(input.name);
    if (data === undefined) continue;
    if (!input.shape.every((size) => typeof size === "number"))
      throw new ShapeError(`Expected the frozen input ${input.name} to have a fixed shape.`);
    constants.push({
      name: input.name,
      type: "float32",
      shape: input.shape as number[],
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
  }
  const named = Object.entries(outputs);
  return {
    nodes: [
      ...needed.map((node) => ({
        operator: node.operator,
        domain: node.domain,
        inputs: node.inputs.map((input) => input?.name ?? ""),
        outputs: trailingUsed(node, used),
        attributes: node.attributes,
      })),
      // Outputs get the caller's names by a node that ONNX Runtime removes.
      ...named.map(([name, tensor]) => ({
        operator: "Identity",
        domain: "",
        inputs: [tensor.name],
        outputs: [name],
        attributes: {},
      })),
    ],
    constants,
    inputs: inputs.filter((input) => !frozen.has(input.name)).map((input) => valueSpec(input)),
    outputs: named.map(([name, tensor]) => valueSpec(tensor, name)),
    shapes: new Map(
      needed.flatMap((node) => node.outputs.map(({ name, type, shape }) => [name, { type, shape }] as const)),
    ),
  };
}

/** An operator computes an optional last output only where somebody reads it. */
function trailingUsed(node: GraphNode, used: ReadonlySet<string>): string[] {
  const names = node.outputs.map((output) => output.name);
  if (node.operator !== "SimplifiedLayerNormalization") return names;
  while (names.length > 1 && !used.has(names[names.length - 1]!)) names.pop();
  return names;
}

function neededNodes(graph: Graph, outputs: readonly Tensor[]): GraphNode[] {
  const wanted = new Set(outputs.map((tensor) => tensor.name));
  const needed: GraphNode[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (!node.outputs.some((output) => wanted.has(output.name))) continue;
    needed.push(node);
    for (const input of node.inputs) if (input !== undefined) wanted.add(input.name);
  }
  return needed.reverse();
}
