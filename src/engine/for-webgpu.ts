import { withResidualNorms } from "./residual-norms.ts";
import { withoutUnread } from "./unread-nodes.ts";
import { ELEMENT_TYPES, type AttributeValue, type ConstantSpec, type ModelSpec, type NodeSpec } from "./model-proto.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Writes other operators for one node. */
type Rule = (node: NodeSpec, writer: Writer) => void;

/**
 * The same graph in operators that ONNX Runtime's WebGPU provider computes, and computes rightly: it has no kernel for
 * some, which then run on the CPU with copies around them, and never writes the second output of the norm. What it
 * gives is the same but for the order in which sums are rounded.
 */
export function forWebGpu(model: ModelSpec): ModelSpec {
  const writer = new Writer(model);
  for (const node of model.nodes) (RULES[node.operator] ?? keep)(node, writer);
  return withResidualNorms(withoutUnread(productsThatAdd(writer.finish())));
}

/** A matrix that is added to a product of that shape becomes part of the product: gradients are added up so. */
function productsThatAdd(model: ModelSpec): ModelSpec {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map<string, number>();
  for (const name of [...model.nodes.flatMap(({ inputs }) => inputs), ...model.outputs.map((output) => output.name)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const inputs = new Map(model.inputs.map(({ name, shape }) => [name, shape.join()]));
  return {
    ...model,
    nodes: model.nodes.map((node) => {
      const [matrix, made] = node.inputs as [string, string];
      const product = makers.get(made);
      const joins =
        node.operator === "Add" &&
        product?.operator === "Gemm" &&
        product.inputs.length === 2 &&
        readers.get(made) === 1 &&
        inputs.get(matrix) === model.shapes.get(made)?.shape.join();
      return joins ? { ...product, inputs: [...product.inputs, matrix], outputs: node.outputs } : node;
    }),
  };
}

const keep: Rule = (node, writer) => writer.add(node);

const RULES: Readonly<Record<string, Rule>> = {
  FusedMatMul: rewriteProduct,
  LogSoftmax: rewriteLogSoftmax,
  OneHot: rewriteOneHot,
  ConstantOfShape: ({ inputs, outputs }, writer) =>
    writer.emit("Expand", [writer.scalar(0), inputs[0]!], {}, outputs[0]),
  Unsqueeze: rewriteUnsqueeze,
  ScatterElements: rewriteScatter,
  SimplifiedLayerNormalization: rewriteNorm,
};

/** A product whose factors may be transposed, times a number. */
function rewriteProduct({ inputs, outputs, attributes }: NodeSpec, writer: Writer): void {
  const [a, b] = inputs as [string, string];
  const { transA, transB, alpha } = attributes;
  const factor = (alpha as { readonly float: number } | undefined)?.float ?? 1;
  // Gemm with its second factor transposed takes three times as long as the transposition and a product.
  if (transA === 1 && transB !== 1 && writer.rank(a) === 2 && writer.rank(b) === 2)
    return void writer.emit("Gemm", [a, b], { transA: 1, transB: 0, alpha: { float: factor } }, outputs[0]);
  const right = transB === 1 ? writer.swapped(b) : b;
  // The first factor may be as large as the scores of attention; the second never is.
  const scaled = factor === 1 ? right : writer.emit("Mul", [right, writer.scalar(factor)]);
  writer.emit("MatMul", [transA === 1 ? writer.swapped(a) : a, scaled], {}, outputs[0]);
}

function rewriteLogSoftmax({ inputs, outputs }: NodeSpec, writer: Writer): void {
  const most = writer.emit("ReduceMax", [inputs[0]!], { axes: [-1], keepdims: 1 });
  const shifted = writer.emit("Sub", [inputs[0]!, most]);
  const sum = writer.emit("ReduceSum", [writer.emit("Exp", [shifted]), writer.integers([-1])], { keepdims: 1 });
  writer.emit("Sub", [shifted, writer.emit("Log", [sum])], {}, outputs[0]);
}

function rewriteOneHot({ inputs, outputs }: NodeSpec, writer: Writer): void {
  const depth = writer.shape(outputs[0]!).at(-1) as number;
  const toFloat = { to: ELEMENT_TYPES.float32 };
  const column = writer.emit("Reshape", [writer.emit("Cast", [inputs[0]!], toFloat), writer.integers([-1, 1])]);
  const places = writer.floats(
    Array.from({ length: depth }, (_, i) => i),
    [1, depth],
  );
  writer.emit("Cast", [writer.emit("Equal", [column, places])], toFloat, outputs[0]);
}

/** Of whole numbers in a row: anything else has a kernel. */
function rewriteUnsqueeze(node: NodeSpec, writer: Writer): void {
  const isColumn = writer.type(node.inputs[0]!) === "int64" && writer.rank(node.inputs[0]!) === 1;
  if (!isColumn) return writer.add(node);
  writer.emit("Reshape", [node.inputs[0]!, writer.integers([-1, 1])], {}, node.outputs[0]);
}

/** Rows that are added up by index: a column of indices will do, which needn't be spread over the width. */
function rewriteScatter(node: NodeSpec, writer: Writer): void {
  const [data, spread, updates] = node.inputs as [string, string, string];
  const column = writer.spreadOf(spread);
  if (node.attributes.reduction !== "add" || column === undefined) return writer.add(node);
  writer.emit("ScatterND", [data, column, updates], { reduction: "add" }, node.outputs[0]);
}

/** 1 / sqrt(mean(x^2) + epsilon) as nodes of its own where it is read. */
function rewriteNorm(node: NodeSpec, writer: Writer): void {
  const [normed, inverse] = node.outputs;
  writer.add({ ...node, outputs: [normed!] });
  if (inverse === undefined) return;
  const x = node.inputs[0]!;
  const { float: epsilon } = node.attributes.epsilon as { readonly float: number };
  const size = writer.shape(x).at(-1) as number;
  const squares = writer.emit("ReduceSumSquare", [x], { axes: [-1], keepdims: 1 });
  const mean = writer.emit("Mul", [squares, writer.scalar(1 / size)]);
  writer.emit("Pow", [writer.emit("Add", [mean, writer.scalar(epsilon)]), writer.scalar(-0.5)], {}, inverse);
}

/** The graph as it is written anew. */
class Writer {
  private readonly nodes: NodeSpec[] = [];
  private readonly constants: ConstantSpec[];
  private readonly known = new Map<string, string>();
  private readonly transposed = new Map<string, string>();
  /** By the name of what was widened to float32: what it was made of. */
  private readonly widened = new Map<string, string>();
  private readonly values: Map<
    string,
    Pick<ConstantSpec, "type"> & { readonly shape: ModelSpec["inputs"][0]["shape"] }
  >;

  constructor(private readonly model: ModelSpec) {
    this.constants = [...model.constants];
    this.values = new Map([
      ...model.shapes,
      ...[...model.inputs, ...model.constants].map((value) => [value.name, value] as const),
    ]);
  }

  add(node: NodeSpec): void {
    this.nodes.push(node);
    const [source] = node.inputs;
    if (node.operator === "Cast" && this.values.get(source!)?.type === "float16")
      this.widened.set(node.outputs[0]!, source!);
  }

  /** A node with one output: of this name, or of a new one. */
  emit(operator: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const name = output ?? `g${this.nodes.length}`;
    this.nodes.push({ operator, domain: "", inputs, outputs: [name], attributes });
    if (output === undefined) this.note(name, { operator, inputs, attributes });
    return name;
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    return this.constant("float32", Float32Array.from(values), shape);
  }

  integers(values: readonly number[]): string {
    return this.constant("int64", BigInt64Array.from(values, BigInt), [values.length]);
  }

  shape(name: string): ModelSpec["inputs"][0]["shape"] {
    return this.values.get(name)!.shape;
  }

  rank(name: string): number {
    return this.shape(name).length;
  }

  type(name: string): ConstantSpec["type"] {
    return this.values.get(name)!.type;
  }

  /** With its last two axes swapped; once for all who ask. */
  swapped(name: string): string {
    const known = this.transposed.get(name);
    if (known !== undefined) return known;
    const last = this.rank(name) - 1;
    const perm = Array.from({ length: last + 1 }, (_, axis) => axis);
    [perm[last], perm[last - 1]] = [last - 1, last];
    // What is widened is transposed before, when it is half as large.
    const half = this.widened.get(name);
    const turned = this.emit("Transpose", [half ?? name], { perm });
    const made = half === undefined ? turned : this.emit("Cast", [turned], { to: ELEMENT_TYPES.float32 });
    this.transposed.set(name, made);
    return made;
  }

  /** The column [n, 1] that a tensor of indices was spread from; undefined where it wasn't. */
  spreadOf(name: string): string | undefined {
    const maker = this.model.nodes.find(({ outputs }) => outputs.includes(name));
    return maker?.operator === "Expand" ? maker.inputs[0] : undefined;
  }

  finish(): ModelSpec {
    return { ...this.model, nodes: this.nodes, constants: this.constants, shapes: this.values };
  }

  /** Keeps the shape of what a node of the rules gives: for those who plan memory. */
  private note(
    name: string,
    { operator, inputs, attributes }: Pick<NodeSpec, "operator" | "inputs" | "attributes">,
  ): void {
    const first = this.values.get(inputs[0]!);
    if (first === undefined || operator === "Reshape" || operator === "Expand") return;
    const shape = [...first.shape];
    const { perm } = attributes;
    if (operator.startsWith("Reduce")) shape[shape.length - 1] = 1;
    const permuted = Array.isArray(perm) ? (perm as readonly number[]).map((axis) => shape[axis]!) : shape;
    this.values.set(name, { type: operator === "Cast" ? "float32" : first.type, shape: permuted });
  }

  private constant(type: "float32" | "int64", data: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const key = `${type} [${shape.join(",")}] ${data.join(",")}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = `k${this.known.size}`;
    this.known.set(key, name);
    this.constants.push({ name, type, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return name;
  }
}
