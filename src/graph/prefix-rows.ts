import type { Dimension } from "../engine/index.ts";
import { joinIntegers, lengthOf, reshape, transpose, zerosLike } from "./layout.ts";
import { batchedMatmul, type MatmulOptions } from "./matmul.ts";
import { fixedSize, type Tensor } from "./tensor.ts";

/** How positions lie whose rows share a prefix: that of P positions, then B rows of T. */
export interface PrefixSizes {
  /** int64 [2]: P and B * T. */
  readonly flat: Tensor;
  /** int64 [2]: P and T. */
  readonly row: Tensor;
  /** int64 [1]: B. */
  readonly rows: Tensor;
}

/** The same of a prefix and of the rows behind it: of numbers by position [1, P, n] and [B, T, n]. */
export interface PrefixedRows {
  readonly prefix: Tensor;
  readonly rows: Tensor;
}

/**
 * The sizes of positions that lie so, read from what a graph is fed.
 *
 * @param tokens [1, P + B * T]
 * @param masks of the prefix, [P * group, P]; of the rows, [B, 1, T * group, P + T]
 */
export function prefixSizes(tokens: Tensor, masks: PrefixedRows): PrefixSizes {
  const length = lengthOf(masks.prefix, 1);
  const cut = (all: Tensor): Tensor => {
    const inputs = [all, length];
    return joinIntegers([length, all.graph.emitOne({ operator: "Sub", inputs, shape: [1], type: "int64" })]);
  };
  return { flat: cut(lengthOf(tokens, 1)), row: cut(lengthOf(masks.rows, 3)), rows: lengthOf(masks.rows, 0) };
}

/** The sizes of rows behind a prefix that isn't computed with them: past [1, P, n], tokens [B, T]. */
export function sizesBehind(past: Tensor, tokens: Tensor): Pick<PrefixSizes, "row" | "rows"> {
  return { row: joinIntegers([lengthOf(past, 1), lengthOf(tokens, 1)]), rows: lengthOf(tokens, 0) };
}

/** [1, P + B * T, n] as the prefix and its rows. */
export function cutPrefix(x: Tensor, sizes: PrefixSizes): PrefixedRows {
  const width = fixedSize(x, 2);
  const [prefix, behind] = splitTime(x, sizes.flat, [
    [1, "P", width],
    [1, "B*T", width],
  ]);
  const shape = joinIntegers([sizes.rows, x.graph.constant([-1, width], [2], "int64")]);
  const rows = x.graph.emitOne(
    { operator: "Reshape", inputs: [behind, shape], shape: ["B", "T", width] },
    () =>
      ([gradient]) => [gradient && reshape(gradient, [1, -1, width], [1, "B*T", width]), undefined],
  );
  return { prefix, rows };
}

/** The opposite of `cutPrefix`. */
export function joinPrefix({ prefix, rows }: PrefixedRows, sizes: PrefixSizes): Tensor {
  const width = fixedSize(rows, 2);
  const shape = joinIntegers([sizes.rows, rows.graph.constant([-1, width], [2], "int64")]);
  const flat = rows.graph.emitOne(
    {
      operator: "Reshape",
      inputs: [rows, rows.graph.constant([1, -1, width], [3], "int64")],
      shape: [1, "B*T", width],
    },
    () =>
      ([gradient]) => [
        gradient && rows.graph.emitOne({ operator: "Reshape", inputs: [gradient, shape], shape: rows.shape }),
        undefined,
      ],
  );
  return concatTime([prefix, flat], sizes.flat, [1, "P+B*T", width]);
}

/** Each row with the prefix before it, [B, P + T, n]. What flows back to the prefix is the sum over the rows. */
export function behindPrefix({ prefix, rows }: PrefixedRows, sizes: Pick<PrefixSizes, "row" | "rows">): Tensor {
  const graph = prefix.graph;
  const width = fixedSize(prefix, 2);
  const shape = joinIntegers([sizes.rows, graph.constant([1, 1], [2], "int64")]);
  const spread = graph.emitOne(
    { operator: "Expand", inputs: [prefix, shape], shape: ["B", "P", width] },
    () =>
      ([gradient]) => [
        gradient &&
          graph.emitOne({
            operator: "ReduceSum",
            inputs: [gradient, graph.constant([0], [1], "int64")],
            shape: prefix.shape,
            attributes: { keepdims: 1 },
          }),
        undefined,
      ],
  );
  return concatTime([spread, rows], sizes.row, ["B", "P+T", width]);
}

/** @param sizes int64 [2] of the two along the second axis */
function concatTime(parts: readonly [Tensor, Tensor], sizes: Tensor, shape: readonly Dimension[]): Tensor {
  return sizes.graph.emitOne(
    { operator: "Concat", inputs: parts, shape, attributes: { axis: 1 } },
    () =>
      ([gradient]) =>
        gradient === undefined ? [] : splitTime(gradient, sizes, [parts[0].shape, parts[1].shape]),
  );
}

function splitTime(
  x: Tensor,
  sizes: Tensor,
  shapes: readonly [readonly Dimension[], readonly Dimension[]],
): readonly [Tensor, Tensor] {
  const outputs = shapes.map((shape) => ({ shape }));
  return x.graph.emit(
    { operator: "Split", inputs: [x, sizes], outputs, attributes: { axis: 1 } },
    (made) => (gradients) => {
      const parts = made.map((part, i) => gradients[i] ?? zerosLike(part)) as [Tensor, Tensor];
      return [concatTime(parts, sizes, x.shape), undefined];
    },
  ) as readonly [Tensor, Tensor];
}

/**
 * The products of each sequence's rows with matrices that all sequences share: one large product instead of a small one
 * for each.
 *
 * @param rows [batch, heads, m, k]
 * @param shared [heads, 1, k, n], or [heads, 1, n, k] to be transposed
 * @returns [batch, heads, m, n]
 */
export function sharedMatmul(rows: Tensor, shared: Tensor, options: MatmulOptions = {}): Tensor {
  const [batch, heads, height, inner] = rows.shape as [Dimension, number, number, Dimension];
  const stacked = reshape(transpose(rows, [1, 0, 2, 3]), [0, 1, -1, 0], [heads, 1, `${batch}*${height}`, inner]);
  const product = batchedMatmul(stacked, shared, options);
  const unstacked = reshape(product, [0, -1, height, 0], [heads, batch, height, product.shape.at(-1)!]);
  return transpose(unstacked, [1, 0, 2, 3]);
}
