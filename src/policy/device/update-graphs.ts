import type { ModelSpec } from "../../engine/index.ts";
import { compile, concatLast, Graph, splitLast, type Tensor } from "../../graph/index.ts";
import type { JoinedWeight } from "../../model/joined-weights.ts";
import type { ParameterInfo } from "../../model/parameters.ts";
import { ADAMW_DEFAULTS, type AdamWOptions } from "../../optimizer/index.ts";
import { gradientName } from "../local/trainable-weights.ts";

/** Numbers of a flat tensor are summed by rows of this length first: one sum over millions is slow, and rounds more. */
const ROW = 1024;

/** The name under which a graph reads the sum of a weight's gradients so far. */
export function sumName(weight: string): string {
  return `sum:${weight}`;
}

/** The name under which a graph gives what was an input anew: no two values of a graph share a name. */
export function updatedName(input: string): string {
  return `new:${input}`;
}

/**
 * A training graph that adds its gradients to what a run is given: further inputs `sumName` of each weight, outputs
 * `gradientName` of each, so that a device adds them up in place: each as soon as it is made, so that what it is made
 * of needn't stay.
 */
export function accumulating(graph: ModelSpec, layout: readonly JoinedWeight[]): ModelSpec {
  const sums = new Map(layout.map(({ name }) => [gradientName(name), sumName(name)]));
  // An output has its name by a node that only names it.
  const names = graph.nodes.filter(({ outputs }) => sums.has(outputs[0]!));
  const added = new Map(
    names.map((node) => {
      const inputs = [sums.get(node.outputs[0]!)!, ...node.inputs];
      return [node.inputs[0]!, { ...node, operator: "Add", inputs }] as const;
    }),
  );
  return {
    ...graph,
    nodes: graph.nodes
      .filter((node) => !names.includes(node))
      .flatMap((node) => [node, ...node.outputs.flatMap((output) => added.get(output) ?? [])]),
    inputs: [
      ...graph.inputs,
      ...layout.map(({ name, shape }) => ({ name: sumName(name), type: "float32" as const, shape })),
    ],
  };
}

/** Zeros for the sums of gradients. Input: zero []. Outputs: `gradientName` of each weight. */
export function clearingGraph(layout: readonly JoinedWeight[]): ModelSpec {
  const graph = new Graph();
  // Fed, so that the engine doesn't compute the zeros beforehand and keep them.
  const zero = graph.input("zero", []);
  const outputs = layout.map(({ name, shape }) => {
    const inputs = [zero, graph.constant(shape, [shape.length], "int64")];
    return [gradientName(name), graph.emitOne({ operator: "Expand", inputs, shape })] as const;
  });
  return compile(graph, Object.fromEntries(outputs));
}

/**
 * Some weights' gradients side by side. Inputs: `sumName` of each. Outputs: gradients [n], squares [] (the sum of
 * their squares).
 */
export function gatheringGraph(layout: readonly JoinedWeight[]): ModelSpec {
  const graph = new Graph();
  const gradients = flat(graph, layout, ({ name, shape }) => graph.input(sumName(name), shape));
  return compile(graph, { gradients, squares: sumOfSquares(gradients, sizeOf(layout)) });
}

/**
 * One update of AdamW (`adamWUpdate`) of some weights. Inputs: the weights by name, gradients, first and second
 * moment [n], and the scalars scale (of the gradients), rate (the first moment's correction in it), correction (the
 * second's), keep (what decay leaves). Outputs: `updatedName` of each weight and of first, second.
 */
export function updatingGraph(layout: readonly JoinedWeight[], options: AdamWOptions): ModelSpec {
  const { beta1, beta2, epsilon, weightDecay } = { ...ADAMW_DEFAULTS, ...options };
  const graph = new Graph();
  const shape = [sizeOf(layout)];
  const [scale, rate, correction, keep] = ["scale", "rate", "correction", "keep"].map((name) => graph.input(name, []));
  const [gradients, first, second] = ["gradients", "first", "second"].map((name) => graph.input(name, shape));
  const number = (value: number): Tensor => graph.constant([value], []);
  const emit = (operator: string, ...inputs: readonly Tensor[]): Tensor =>
    graph.emitOne({ operator, inputs, shape: inputs[0]!.shape });
  const scaled = emit("Mul", gradients!, scale!);
  const newFirst = emit("Add", emit("Mul", first!, number(beta1)), emit("Mul", scaled, number(1 - beta1)));
  const squared = emit("Mul", emit("Mul", scaled, scaled), number(1 - beta2));
  const newSecond = emit("Add", emit("Mul", second!, number(beta2)), squared);
  const root = emit("Sqrt", emit("Mul", newSecond, correction!));
  const change = emit("Div", emit("Mul", newFirst, rate!), emit("Add", root, number(epsilon)));
  const parameters = flat(graph, layout, ({ name, shape: own, parts }) => {
    const value = graph.input(name, own);
    return parts[0]!.decay && weightDecay > 0 ? emit("Mul", value, keep!) : value;
  });
  const updated = emit("Sub", parameters, change);
  return compile(graph, {
    ...parted(updated, layout),
    [updatedName("first")]: newFirst,
    [updatedName("second")]: newSecond,
  });
}

/** Some weights from one flat tensor: input flat [n], outputs `updatedName` of each. */
export function partingGraph(layout: readonly JoinedWeight[]): ModelSpec {
  const graph = new Graph();
  return compile(graph, parted(graph.input("flat", [sizeOf(layout)]), layout));
}

/** Some weights side by side: inputs by name, output flat [n]. */
export function joiningGraph(layout: readonly JoinedWeight[]): ModelSpec {
  const graph = new Graph();
  return compile(graph, { flat: flat(graph, layout, ({ name, shape }) => graph.input(name, shape)) });
}

/** Numbers of some weights. */
export function sizeOf(layout: readonly JoinedWeight[]): number {
  return inOrder(layout).reduce((total, { size }) => total + size, 0);
}

/** Where some weights begin in the flat array. */
export function flatStart(layout: readonly JoinedWeight[]): number {
  return inOrder(layout)[0]!.offset;
}

/** The parameters of some weights in the order of the flat array. */
function inOrder(layout: readonly JoinedWeight[]): ParameterInfo[] {
  return layout.flatMap(({ parts }) => parts).sort((a, b) => a.offset - b.offset);
}

/** The parameters of weights side by side, each as it lies in the flat array. */
function flat(graph: Graph, layout: readonly JoinedWeight[], of: (weight: JoinedWeight) => Tensor): Tensor {
  const line = graph.constant([-1], [1], "int64");
  const byName = new Map(layout.flatMap((weight) => partsOf(of(weight), weight)));
  const lines = inOrder(layout).map(({ name, size }) =>
    graph.emitOne({ operator: "Reshape", inputs: [byName.get(name)!, line], shape: [size] }),
  );
  if (lines.length === 1) return lines[0]!;
  return graph.emitOne({ operator: "Concat", inputs: lines, shape: [sizeOf(layout)], attributes: { axis: 0 } });
}

function partsOf(tensor: Tensor, { parts }: JoinedWeight): (readonly [string, Tensor])[] {
  if (parts.length === 1) return [[parts[0]!.name, tensor]];
  const cuts = splitLast(
    tensor,
    parts.map(({ shape }) => shape.at(-1)!),
  );
  return parts.map(({ name }, i) => [name, cuts[i]!]);
}

/** The weights again, from their parameters side by side. */
function parted(whole: Tensor, layout: readonly JoinedWeight[]): Record<string, Tensor> {
  const { graph } = whole;
  const start = flatStart(layout);
  const made = layout.map(({ name, parts }) => {
    const pieces = parts.map(({ shape, offset, size }) => {
      const inputs = [
        cut(whole, offset - start, offset - start + size),
        graph.constant(shape, [shape.length], "int64"),
      ];
      return graph.emitOne({ operator: "Reshape", inputs, shape });
    });
    return [updatedName(name), pieces.length === 1 ? pieces[0]! : concatLast(pieces)] as const;
  });
  return Object.fromEntries(made);
}

function cut(x: Tensor, from: number, to: number): Tensor {
  const bound = (at: number): Tensor => x.graph.constant([at], [1], "int64");
  return x.graph.emitOne({ operator: "Slice", inputs: [x, bound(from), bound(to), bound(0)], shape: [to - from] });
}

function sumOfSquares(x: Tensor, size: number): Tensor {
  const { graph } = x;
  const squared = graph.emitOne({ operator: "Mul", inputs: [x, x], shape: [size] });
  const sum = (of: Tensor, shape: readonly number[], axes?: Tensor): Tensor =>
    graph.emitOne({
      operator: "ReduceSum",
      inputs: axes === undefined ? [of] : [of, axes],
      shape,
      attributes: { keepdims: 0 },
    });
  const rows = Math.floor(size / ROW);
  if (rows === 0) return sum(squared, []);
  const table = graph.emitOne({
    operator: "Reshape",
    inputs: [cut(squared, 0, rows * ROW), graph.constant([rows, ROW], [2], "int64")],
    shape: [rows, ROW],
  });
  const total = sum(sum(table, [rows], graph.constant([1], [1], "int64")), []);
  if (rows * ROW === size) return total;
  const rest = sum(cut(squared, rows * ROW, size), []);
  return graph.emitOne({ operator: "Add", inputs: [total, rest], shape: [] });
}
