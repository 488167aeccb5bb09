import { readFloats, type DenseTensor, type Engine, type EngineTensor, type ModelSpec } from "../../engine/index.ts";
import { elementTypes } from "../../engine/element-types.ts";
import { forWebGpu } from "../../engine/for-webgpu.ts";
import type { NodeSpec } from "../../engine/model-proto.ts";

/** Takes what engines read: by the name of the input. */
type Inputs = Readonly<Record<string, DenseTensor>>;

/**
 * The operator that an engine computes wrongly: of the first node, in the graph's order, whose inputs are the
 * reference's and whose output isn't. The graph is the one that the engine gets, with every value as an output.
 *
 * @returns null where every value is right once it is an output
 */
export async function findWrongOperator(
  reference: Engine,
  engine: Engine,
  graph: ModelSpec,
  { inputs, tolerance }: { readonly inputs: Inputs; readonly tolerance: number },
): Promise<string | null> {
  const computed = engine.device === "webgpu" ? forWebGpu(graph) : graph;
  const shown = withEveryValue(computed);
  const [expected, found] = [await outputsOf(reference, shown, inputs), await outputsOf(engine, shown, inputs)];
  const wrong = new Set<string>();
  for (const [name, numbers] of expected)
    if (distance(found.get(name)!, numbers) > tolerance) wrong.add(name.slice(SHOWN.length));
  const isWrong = ({ inputs: read, outputs }: NodeSpec): boolean =>
    outputs.some((name) => wrong.has(name)) && !read.some((name) => wrong.has(name));
  return computed.nodes.find(isWrong)?.operator ?? null;
}

/** Before the names of values that are outputs for once. */
const SHOWN = "shown ";

/** The same nodes, and every value of float32 in a row as an output. */
function withEveryValue(graph: ModelSpec): ModelSpec {
  // Of some nodes only the graph's outputs say what they give.
  const types = new Map([...elementTypes(graph), ...graph.outputs.map(({ name, type }) => [name, type] as const)]);
  const values = comparedValues(graph).filter((name) => types.get(name) === "float32");
  const row = {
    name: "in a row",
    type: "int64",
    shape: [1],
    bytes: new Uint8Array(BigInt64Array.of(-1n).buffer),
  } as const;
  return {
    ...graph,
    constants: [...graph.constants, row],
    nodes: [
      ...graph.nodes,
      ...values.map((name) => ({
        operator: "Reshape",
        domain: "",
        inputs: [name, row.name],
        outputs: [`${SHOWN}${name}`],
        attributes: {},
      })),
    ],
    outputs: values.map((name) => ({ name: `${SHOWN}${name}`, type: "float32", shape: [`count of ${name}`] })),
  };
}

/** The values that are compared. Caches have nothing behind their last token: what is there is nobody's number. */
function comparedValues({ nodes }: ModelSpec): string[] {
  const caches = nodes.flatMap(({ operator, outputs }) => (operator === "GroupQueryAttention" ? outputs.slice(1) : []));
  const hidden = new Set(["", ...caches]);
  // An output has its name by a node that only names it.
  return nodes.flatMap(({ operator, inputs, outputs }) =>
    operator === "Identity" && hidden.has(inputs[0]!) ? [] : outputs.filter((name) => !hidden.has(name)),
  );
}

async function outputsOf(engine: Engine, graph: ModelSpec, inputs: Inputs): Promise<Map<string, Float32Array>> {
  const program = await engine.compile(graph);
  const outputs: Readonly<Record<string, EngineTensor>> = await program.run(inputs);
  const numbers = new Map<string, Float32Array>();
  for (const { name, type } of graph.outputs)
    if (type === "float32") numbers.set(name, Float32Array.from(await readFloats(outputs, name)));
  await program.dispose();
  return numbers;
}

/**
 * The largest difference, by a scale or else by the largest number; infinite where one has a number and the other none.
 */
export function distance(found: Float32Array, expected: Float32Array, scale?: number): number {
  if (found.length !== expected.length) return Infinity;
  let [largest, apart] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(b));
    if (!Object.is(a, b) && a !== b) apart = Math.max(apart, Number.isFinite(a - b) ? Math.abs(a - b) : Infinity);
  }
  return apart === 0 ? 0 : apart / (scale ?? (largest || 1));
}
