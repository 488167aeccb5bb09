import { ELEMENT_TYPES, type ModelSpec, type NodeSpec } from "./model-proto.ts";

/** Nodes that only pick numbers of their first input: these are picked first and widened then. */
const PICKING: ReadonlySet<string> = new Set(["Gather"]);

/**
 * The same graph with some of its inputs held as float16: what reads one widens it to float32 just before, for itself
 * alone, so that all sums are float32 and one widened matrix is there at a time.
 *
 * @param names of inputs of float32
 */
export function withHalfInputs(model: ModelSpec, names: ReadonlySet<string>): ModelSpec {
  const nodes: NodeSpec[] = [];
  const shapes = new Map(model.shapes);
  const widths = new Map(model.inputs.filter(({ name }) => names.has(name)).map((input) => [input.name, input.shape]));
  const widen = (from: string, to: string): void => {
    const attributes = { to: ELEMENT_TYPES.float32 };
    nodes.push({ operator: "Cast", domain: "", inputs: [from], outputs: [to], attributes });
  };
  for (const node of model.nodes) {
    const [source] = node.inputs;
    if (PICKING.has(node.operator) && source !== undefined && widths.has(source)) {
      const output = node.outputs[0]!;
      const picked = `${output} in halves`;
      nodes.push({ ...node, outputs: [picked] });
      shapes.set(picked, { type: "float16", shape: shapes.get(output)!.shape });
      widen(picked, output);
      continue;
    }
    const inputs = node.inputs.map((input) => {
      const shape = widths.get(input);
      if (shape === undefined) return input;
      const wide = `${input} for ${nodes.length}`;
      shapes.set(wide, { type: "float32", shape });
      widen(input, wide);
      return wide;
    });
    nodes.push({ ...node, inputs });
  }
  const inputs = model.inputs.map((input) => (names.has(input.name) ? { ...input, type: "float16" as const } : input));
  return { ...model, nodes, inputs, shapes };
}

/** Whether some of a graph's inputs are held as float16. */
export function holdsHalves({ inputs }: Pick<ModelSpec, "inputs">): boolean {
  return inputs.some(({ type }) => type === "float16");
}
