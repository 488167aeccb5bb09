import type { Engine } from "./engine.ts";
import type { ConstantSpec, ModelSpec, NodeSpec } from "./model-proto.ts";
import { readFloats } from "./read-floats.ts";
import { withoutUnread } from "./unread-nodes.ts";
import type { FarthestWhole, WholeColumns } from "./whole-columns.ts";

/**
 * The same graph with the products of linear layers in whole numbers (ONNX's `DynamicQuantizeLinear`, ONNX Runtime's
 * `MatMulIntegerToFloat`). What is multiplied is rounded to 8 bits at each run with one scale for all of it, and what
 * that left to 8 bits once more: 16 bits in two products, since a few large channels would leave the others too few.
 *
 * @param weights by the name under which a product reads them, as `MatMul` or turned, as `FusedMatMul`
 */
export function withDynamicProducts(model: ModelSpec, weights: ReadonlyMap<string, WholeColumns>): ModelSpec {
  const read = new Set<string>();
  const rounded = new Set<string>();
  const nodes = model.nodes.flatMap((node): NodeSpec[] => {
    const [x = "", name = ""] = node.inputs;
    if (!PRODUCTS.has(node.operator) || !weights.has(name)) return [node];
    read.add(name);
    const before = rounded.has(x) ? [] : roundingNodes(x);
    rounded.add(x);
    return [...before, ...productNodes(x, name, node.outputs[0]!)];
  });
  const constants = [...read].flatMap((name): ConstantSpec[] => {
    const { numbers, scales } = weights.get(name)!;
    const outer = scales.length;
    return [
      { name: numbersOf(name), type: "int8", shape: [numbers.length / outer, outer], bytes: bytesIn(numbers) },
      { name: scalesOf(name), type: "float32", shape: [outer], bytes: bytesIn(scales) },
    ];
  });
  const still = new Set(nodes.flatMap(({ inputs }) => inputs));
  const inputs = model.inputs.filter(({ name }) => still.has(name) || !read.has(name));
  return withoutUnread({ ...model, nodes, inputs, constants: [...model.constants, ...constants] });
}

const PRODUCTS: ReadonlySet<string> = new Set(["MatMul", "FusedMatMul"]);

/** A value in two times 8 bits. */
function roundingNodes(x: string): NodeSpec[] {
  const [left, back] = [`${x} left`, `${x} back`];
  return [
    { operator: "DynamicQuantizeLinear", domain: "", inputs: [x], outputs: [...bytesOf(x)], attributes: {} },
    { operator: "DequantizeLinear", domain: "", inputs: [...bytesOf(x)], outputs: [back], attributes: {} },
    { operator: "Sub", domain: "", inputs: [x, back], outputs: [left], attributes: {} },
    { operator: "DynamicQuantizeLinear", domain: "", inputs: [left], outputs: [...bytesOf(left)], attributes: {} },
  ];
}

function productNodes(x: string, weight: string, y: string): NodeSpec[] {
  const parts = [x, `${x} left`].map((part) => ({ part, product: `${y} of ${part}` }));
  return [
    ...parts.map(({ part, product }): NodeSpec => {
      const [numbers, scale, zero] = bytesOf(part);
      const inputs = [numbers, numbersOf(weight), scale, scalesOf(weight), zero];
      return { operator: "MatMulIntegerToFloat", domain: "com.microsoft", inputs, outputs: [product], attributes: {} };
    }),
    { operator: "Add", domain: "", inputs: parts.map(({ product }) => product), outputs: [y], attributes: {} },
  ];
}

/** Numbers, scale and zero point of a value in 8 bits. */
const bytesOf = (x: string) => [`${x} bytes`, `${x} bytes' scale`, `${x} bytes' zero`] as const;
const numbersOf = (weight: string): string => `${weight} in bytes`;
const scalesOf = (weight: string): string => `${weight} scales`;

function bytesIn({ buffer, byteOffset, byteLength }: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Rows of the product that `farthestWhole` tries. */
const TRIED = 64;

/**
 * How far from 0 a weight's whole numbers may lie on this processor: one without VNNI adds two products of bytes in 16
 * bits, and cuts what is more than those hold. 2 x 255 x 127 are, 2 x 255 x 63 aren't.
 */
export async function farthestWhole(engine: Engine): Promise<FarthestWhole> {
  const weight = { numbers: new Int8Array(TRIED * TRIED).fill(127), scales: new Float32Array(TRIED).fill(1) };
  const program = await engine.compile(withDynamicProducts(TRIAL, new Map([["w", weight]])));
  try {
    // The highest byte stands for 255.
    const x = { data: new Float32Array(TRIED).fill(255), dims: [1, TRIED] };
    const [sum] = await readFloats(await program.run({ x }), "y");
    return sum === TRIED * 255 * 127 ? 127 : 63;
  } finally {
    await program.dispose();
  }
}

const TRIAL: ModelSpec = {
  nodes: [{ operator: "MatMul", domain: "", inputs: ["x", "w"], outputs: ["y"], attributes: {} }],
  constants: [],
  inputs: [
    { name: "x", type: "float32", shape: ["B", TRIED] },
    { name: "w", type: "float32", shape: [TRIED, TRIED] },
  ],
  outputs: [{ name: "y", type: "float32", shape: ["B", TRIED] }],
  shapes: new Map(),
};
