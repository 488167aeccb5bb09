import { ShapeError } from "../errors.ts";
import { backward, one } from "./backward.ts";
import { addSame } from "./elementwise.ts";
import { concatLast } from "./layout.ts";
import type { Tensor } from "./tensor.ts";

/** What is computed of some rows: numbers by row, each [n], and a scalar where there is something to differentiate. */
export interface RowResults {
  readonly byRow: Readonly<Record<string, Tensor>>;
  readonly loss?: Tensor;
}

/**
 * Work that looks at each row alone, done in chunks of rows one after the other: what it makes on the way (logits over a
 * large vocabulary) takes the memory of one chunk. A loss is summed over the chunks, and a chunk's gradient is computed
 * before the next chunk begins.
 *
 * @param rows [n, width], n from `chunks` up
 * @param byRow what else belongs to the rows, each [n]
 * @param over what the loss is differentiated by beside the rows
 * @returns as `work` gives for all rows
 */
export function inRowChunks(rows: Tensor, byRow: readonly Tensor[], over: readonly Tensor[], chunks: number, work: (rows: Tensor, byRow: readonly Tensor[]) => RowResults): RowResults {
  if (chunks === 1) return work(rows, byRow);
  const graph = rows.graph;
  const size = divided(lengthOf(rows), chunks);
  let start = graph.constant([0], [1], "int64");
  const parts = Array.from({ length: chunks }, (_, chunk) => {
    const end = chunk === chunks - 1 ? graph.constant([Number.MAX_SAFE_INTEGER], [1], "int64") : sum(start, size);
    const slice = (x: Tensor): Tensor => graph.emitOne({ operator: "Slice", inputs: [x, start, end, graph.constant([0], [1], "int64")], shape: [`n${chunk}`, ...x.shape.slice(1)], differentiable: [] });
    const some = slice(rows);
    const results = work(some, byRow.map(slice));
    const gradients = results.loss === undefined ? [] : backward(results.loss, [some, ...over]);
    // The next chunk begins where this one's last result ends, which is known only when that is there.
    start = sum(start, lengthOf(gradients[0] ?? Object.values(results.byRow).at(-1)!));
    return { ...results, gradients };
  });
  const names = Object.keys(parts[0]!.byRow);
  const joined = Object.fromEntries(names.map((name) => [name, { ...concatLast(parts.map((part) => part.byRow[name]!)), shape: byRow[0]!.shape }]));
  if (parts[0]!.loss === undefined) return { byRow: joined };
  const total = parts.map(({ loss }) => loss!).reduce(addSame);
  const [dRows, ...dOver] = [rows, ...over].map((_, i) => parts.map(({ gradients }) => gradients[i]!));
  const loss = graph.emitOne({ operator: "Identity", inputs: [total], shape: [], differentiable: [rows, ...over] }, () => ([gradient]) => {
    if (gradient?.name !== one(rows).name) throw new ShapeError("Expected a loss in chunks to be the whole loss; add other terms inside the chunks.");
    return [graph.emitOne({ operator: "Concat", inputs: dRows!, shape: rows.shape, attributes: { axis: 0 } }), ...dOver.map((each) => each.reduce(addSame))];
  });
  return { byRow: joined, loss };
}

/** The run-time length of the first axis, [1]. */
function lengthOf(x: Tensor): Tensor {
  return x.graph.emitOne({ operator: "Shape", inputs: [x], shape: [1], type: "int64", attributes: { start: 0, end: 1 } });
}

function divided(x: Tensor, by: number): Tensor {
  return x.graph.emitOne({ operator: "Div", inputs: [x, x.graph.constant([by], [1], "int64")], shape: [1], type: "int64" });
}

function sum(a: Tensor, b: Tensor): Tensor {
  return a.graph.emitOne({ operator: "Add", inputs: [a, b], shape: [1], type: "int64" });
}
