import type { Dimension } from "../engine/index.ts";
import { axisSize, fixedSize, shapeText, type Tensor } from "./tensor.ts";
import { ShapeError } from "../errors.ts";

/**
 * The same numbers in another shape.
 *
 * @param pattern as ONNX's Reshape reads it: 0 copies the axis at its place, one -1 takes what is left
 * @param shape the shape that results, in the graph's own words
 */
export function reshape(x: Tensor, pattern: readonly number[], shape: readonly Dimension[]): Tensor {
  const graph = x.graph;
  return graph.emitOne(
    { operator: "Reshape", inputs: [x, graph.constant(pattern, [pattern.length], "int64")], shape },
    () =>
      ([gradient]) => [gradient && reshapedBack(gradient, x), undefined],
  );
}

/**
 * In the shape of x; where a pattern says it all, without a look at x, which would have to be kept for its shape alone.
 */
function reshapedBack(gradient: Tensor, x: Tensor): Tensor {
  const pattern = x.shape.map((size, axis) => {
    if (typeof size === "number") return size;
    return size === gradient.shape[axis] ? 0 : -1;
  });
  const unknown = pattern.filter((size) => size === -1).length;
  return unknown > 1 ? reshapeLike(gradient, x) : reshape(gradient, pattern, x.shape);
}

/** Reshapes to the run-time shape of another tensor. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  const graph = x.graph;
  const shape = graph.emitOne({ operator: "Shape", inputs: [like], shape: [like.shape.length], type: "int64" });
  return graph.emitOne({ operator: "Reshape", inputs: [x, shape], shape: like.shape }, () => ([gradient]) => [
    gradient && reshapeLike(gradient, x),
    undefined,
  ]);
}

/** Reorders the axes: axis i of the result is axis order[i] of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const shape = order.map((axis) => axisSize(x, axis));
  return x.graph.emitOne(
    { operator: "Transpose", inputs: [x], shape, attributes: { perm: order } },
    () =>
      ([gradient]) => [gradient && transpose(gradient, inverse)],
  );
}

/** Joins tensors along their last axis. Its gradient splits again. */
export function concatLast(tensors: readonly Tensor[]): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new ShapeError("Expected at least one tensor to join.");
  const axis = first.shape.length - 1;
  const sizes = tensors.map((tensor) => tensor.shape.at(-1)!);
  const known = sizes.every((size) => typeof size === "number");
  const shape = [
    ...first.shape.slice(0, -1),
    known ? sizes.reduce((sum: number, size) => sum + (size as number), 0) : sizes.join("+"),
  ];
  return first.graph.emitOne(
    { operator: "Concat", inputs: tensors, shape, attributes: { axis } },
    () =>
      ([gradient]) =>
        gradient === undefined
          ? []
          : splitLast(
              gradient,
              tensors.map((tensor) => fixedSize(tensor, -1)),
            ),
  );
}

/** Cuts the last axis into pieces of the given sizes. */
export function splitLast(x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== fixedSize(x, -1))
    throw new ShapeError(`Expected pieces that add up to the last axis of ${shapeText(x)}, got ${sizes.join(" + ")}.`);
  const graph = x.graph;
  const lead = x.shape.slice(0, -1);
  return graph.emit(
    {
      operator: "Split",
      inputs: [x, graph.constant(sizes, [sizes.length], "int64")],
      outputs: sizes.map((size) => ({ shape: [...lead, size] })),
      attributes: { axis: x.shape.length - 1 },
    },
    (outputs) => (gradients) => {
      const parts = gradients.map((gradient, i) => gradient ?? zerosLike(outputs[i]!));
      return [concatLast(parts), undefined];
    },
  );
}

/** Zeros of the run-time shape of another tensor. */
export function zerosLike(x: Tensor): Tensor {
  const shape = x.graph.emitOne({ operator: "Shape", inputs: [x], shape: [x.shape.length], type: "int64" });
  return x.graph.emitOne({ operator: "ConstantOfShape", inputs: [shape], shape: x.shape });
}

/** The run-time length of an axis, int64 [1]. */
export function lengthOf(x: Tensor, axis: number): Tensor {
  return lengthsOf(x, axis, axis + 1);
}

/** The same of axes side by side, int64 [to - from]. @param to excluded */
export function lengthsOf(x: Tensor, from: number, to: number): Tensor {
  const attributes = { start: from, end: to };
  return x.graph.emitOne({ operator: "Shape", inputs: [x], shape: [to - from], type: "int64", attributes });
}

/** Lists of int64 side by side, as one. */
export function joinIntegers(lists: readonly Tensor[]): Tensor {
  const shape = [lists.reduce((sum, list) => sum + fixedSize(list, 0), 0)];
  const attributes = { axis: 0 };
  return lists[0]!.graph.emitOne({ operator: "Concat", inputs: lists, shape, type: "int64", attributes });
}
