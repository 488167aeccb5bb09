import type { Engine, Program, ProgramOptions } from "./engine.ts";
import type { ConstantSpec, ModelSpec, NodeSpec } from "./model-proto.ts";
import { readFloats } from "./read-floats.ts";

/** A weight in whole numbers, one scale a column. */
export interface WholeColumns {
  /** [in, out]. */
  readonly numbers: Int8Array;
  /** [out]. */
  readonly scales: Float32Array;
}

/** The farthest whole number from 0: 7 bits or 6 beside the sign. */
export type FarthestWhole = 127 | 63;

/** A weight of two sizes. */
export interface MatrixWeight {
  readonly values: Float32Array;
  /** [in, out], or [out, in] where it lies turned. */
  readonly shape: readonly [number, number];
  readonly turned: boolean;
}

/**
 * Rounds weights symmetrically, by column, as graphs of the engine: on its threads, which takes a fourth of the time of
 * a loop here, and all weights are rounded after each update.
 *
 * @param weights by name, and so is what comes back
 */
export async function inWholeColumns(
  engine: Engine,
  weights: ReadonlyMap<string, MatrixWeight>,
  farthest: FarthestWhole,
  options: ProgramOptions = {},
): Promise<Map<string, WholeColumns>> {
  const rounded = new Map<string, WholeColumns>();
  for (const side of [false, true]) {
    const alike = [...weights].filter(([, { turned }]) => turned === side);
    if (alike.length === 0) continue;
    const program = await engine.compile(roundingGraph(side, farthest), options);
    try {
      for (const [name, weight] of alike) rounded.set(name, await roundedBy(program, weight));
    } finally {
      await program.dispose();
    }
  }
  return rounded;
}

async function roundedBy(program: Program, { values, shape }: MatrixWeight): Promise<WholeColumns> {
  const found = await program.run({ w: { data: values, dims: shape } });
  return { numbers: (await found.numbers!.read()) as Int8Array, scales: await readFloats(found, "scales") };
}

/** Less than any weight: what a column of zeros is divided by. */
const LEAST = 1e-30;

/** Input: w, [in, out] or turned. Outputs: numbers [in, out], scales [out]. */
function roundingGraph(turned: boolean, farthest: FarthestWhole): ModelSpec {
  const along = { axes: [turned ? 1 : 0], keepdims: 1 };
  const numbers = turned ? "turned numbers" : "numbers";
  return {
    nodes: [
      node("ReduceMax", ["w"], "highest", along),
      node("ReduceMin", ["w"], "lowest", along),
      node("Neg", ["lowest"], "depth"),
      node("Max", ["highest", "depth", "least"], "size"),
      node("Div", ["size", "farthest"], "steps"),
      node("Div", ["farthest", "size"], "inverse"),
      node("Mul", ["w", "inverse"], "in steps"),
      // A scale for all of it is rounded in vectors by all threads, one by column isn't.
      node("QuantizeLinear", ["in steps", "one", "middle"], numbers),
      ...(turned ? [node("Transpose", [numbers], "numbers", { perm: [1, 0] })] : []),
      node("Reshape", ["steps", "flat"], "scales"),
    ],
    constants: [
      scalar("least", LEAST),
      scalar("farthest", farthest),
      scalar("one", 1),
      { name: "middle", type: "int8", shape: [], bytes: new Uint8Array(1) },
      { name: "flat", type: "int64", shape: [1], bytes: new Uint8Array(BigInt64Array.of(-1n).buffer) },
    ],
    inputs: [{ name: "w", type: "float32", shape: ["rows", "columns"] }],
    outputs: [
      { name: "numbers", type: "int8", shape: ["in", "out"] },
      { name: "scales", type: "float32", shape: ["out"] },
    ],
    shapes: new Map(),
  };
}

function node(operator: string, inputs: string[], output: string, attributes: NodeSpec["attributes"] = {}): NodeSpec {
  return { operator, domain: "", inputs, outputs: [output], attributes };
}

function scalar(name: string, value: number): ConstantSpec {
  return { name, type: "float32", shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}
