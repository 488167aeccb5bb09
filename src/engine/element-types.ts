import { ELEMENT_TYPES, type ElementType, type ModelSpec, type NodeSpec } from "./model-proto.ts";

/** Operators whose result has a type of its own, and not that of what they read. */
const OWN_TYPES: Readonly<Record<string, ElementType>> = {
  Equal: "bool",
  Less: "bool",
  Greater: "bool",
  Not: "bool",
  Shape: "int64",
  ArgMax: "int64",
  ConstantOfShape: "float32",
  OneHot: "float32",
};

/** The type of every value of a graph, those among them that only its nodes know. */
export function elementTypes(graph: ModelSpec): ReadonlyMap<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const { name, type } of [...graph.inputs, ...graph.constants]) types.set(name, type);
  for (const node of graph.nodes)
    for (const name of node.outputs) types.set(name, graph.shapes.get(name)?.type ?? typeOf(node, types));
  return types;
}

function typeOf(node: NodeSpec, types: ReadonlyMap<string, ElementType>): ElementType {
  if (node.operator === "Cast") {
    const number = node.attributes["to"];
    return (Object.keys(ELEMENT_TYPES) as ElementType[]).find((name) => ELEMENT_TYPES[name] === number)!;
  }
  // A choice between two has the type of what is chosen.
  const read = node.operator === "Where" ? node.inputs[1] : node.inputs[0];
  return OWN_TYPES[node.operator] ?? types.get(read!)!;
}
