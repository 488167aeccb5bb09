import { ShapeError } from "../errors.ts";
import { ELEMENT_TYPES } from "../engine/index.ts";
import { backward, one } from "./backward.ts";
import { addSame } from "./elementwise.ts";
import { concatLast, lengthOf } from "./layout.ts";
import type { Tensor } from "./tensor.ts";

/** What is computed of some rows: numbers by row, each [n], and a scalar where there is something to differentiate. */
export interface RowResults {
  readonly byRow: Readonly<Record<string, Tensor>>;
  readonly loss?: Tensor;
}

export interface RowChunks {
  /** What the loss is differentiated by beside the rows: matrices. */
  readonly over: readonly Tensor[];
  /** How many; 1 for all rows at once. */
  readonly chunks: number;
}

/**
 * Work that looks at each row alone, done in chunks of rows one after the other: what it makes on the way (logits over
 * a large vocabulary) takes the memory of one chunk. A loss is summed over the chunks, and a chunk's gradient is
 * computed before the next chunk begins.
 *
 * @param rows [n, width], n from the number of chunks up
 * @param byRow what else belongs to the rows, each [n]
 * @returns as `work` gives for all rows
 */
export function inRowChunks(
  rows: Tensor,
  byRow: readonly Tensor[],
  { over, chunks }: RowChunks,
  work: (rows: Tensor, byRow: readonly Tensor[]) => RowResults,
): RowResults {
  if (chunks === 1) return work(rows, byRow);
  const graph = rows.graph;
  const size = divided(lengthOf(rows, 0), chunks);
  let start = graph.constant([0], [1], "int64");
  let dOver: readonly Tensor[] = [];
  const parts = Array.from({ length: chunks }, (_, chunk) => {
    const end = chunk === chunks - 1 ? graph.constant([Number.MAX_SAFE_INTEGER], [1], "int64") : sum(start, size);
    const slice = (x: Tensor): Tensor =>
      graph.emitOne({
        operator: "Slice",
        inputs: [x, start, end, graph.constant([0], [1], "int64")],
        shape: [`n${chunk}`, ...x.shape.slice(1)],
        differentiable: [],
      });
    const some = slice(rows);
    const results = work(some, byRow.map(slice));
    const [dSome, ...dWeights] = results.loss === undefined ? [] : backward(results.loss, [some, ...over]);
    // Added up as they come: one of them can be as large as the vocabulary.
    dOver = dWeights.map((gradient, i) => (dOver[i] === undefined ? gradient : addSame(dOver[i], gradient)));
    // The next chunk begins where this one's last result ends, which is known only when that is there.
    start = dOver.reduce(after, sum(start, lengthOf(dSome ?? Object.values(results.byRow).at(-1)!, 0)));
    return { ...results, dSome };
  });
  const names = Object.keys(parts[0]!.byRow);
  const joined = Object.fromEntries(
    names.map((name) => [name, { ...concatLast(parts.map((part) => part.byRow[name]!)), shape: byRow[0]!.shape }]),
  );
  if (parts[0]!.loss === undefined) return { byRow: joined };
  const total = parts.map(({ loss }) => loss!).reduce(addSame);
  const loss = graph.emitOne(
    { operator: "Identity", inputs: [total], shape: [], differentiable: [rows, ...over] },
    () =>
      ([gradient]) => {
        if (gradient?.name !== one(rows).name)
          throw new ShapeError("Expected a loss in chunks to be the whole loss; add other terms inside the chunks.");
        return [
          graph.emitOne({
            operator: "Concat",
            inputs: parts.map(({ dSome }) => dSome!),
            shape: rows.shape,
            attributes: { axis: 0 },
          }),
          ...dOver,
        ];
      },
  );
  return { byRow: joined, loss };
}

/** The same number, known only when a matrix is there: an element of it is read and counts nothing. */
function after(number: Tensor, matrix: Tensor): Tensor {
  const { graph } = matrix;
  const first = graph.constant([0], [1], "int64");
  const row = graph.emitOne({
    operator: "Gather",
    inputs: [matrix, first],
    shape: [1, matrix.shape[1]!],
    attributes: { axis: 0 },
  });
  const element = graph.emitOne({ operator: "Gather", inputs: [row, first], shape: [1, 1], attributes: { axis: 1 } });
  const whole = graph.emitOne({
    operator: "Cast",
    inputs: [element],
    shape: [1, 1],
    type: "int64",
    attributes: { to: ELEMENT_TYPES.int64 },
  });
  const flat = graph.emitOne({
    operator: "Reshape",
    inputs: [whole, graph.constant([1], [1], "int64")],
    shape: [1],
    type: "int64",
  });
  const nothing = graph.emitOne({
    operator: "Mul",
    inputs: [flat, graph.constant([0], [1], "int64")],
    shape: [1],
    type: "int64",
  });
  return sum(number, nothing);
}

function divided(x: Tensor, by: number): Tensor {
  return x.graph.emitOne({
    operator: "Div",
    inputs: [x, x.graph.constant([by], [1], "int64")],
    shape: [1],
    type: "int64",
  });
}

function sum(a: Tensor, b: Tensor): Tensor {
  return a.graph.emitOne({ operator: "Add", inputs: [a, b], shape: [1], type: "int64" });
}
