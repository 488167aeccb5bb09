import type { Dimension } from "../engine/index.ts";
import { addMask, addSame } from "./elementwise.ts";
import { joinIntegers, lengthOf } from "./layout.ts";
import { batchedMatmul, transposedProduct } from "./matmul.ts";
import { softmax } from "./softmax.ts";
import type { Graph, Tensor } from "./tensor.ts";

/** Where the queries of a batch are cut. Sizes are int64 and known when the graph runs. */
export interface QueryBlocks {
  readonly count: number;
  /** Positions of a block but the first, which has what is left: [1]. */
  readonly size: Tensor;
  /** Rows of queries of each, as several heads of a group share keys: [count], and of the first alone, [1]. */
  readonly rows: Tensor;
  readonly firstRows: Tensor;
}

/**
 * Cuts the time of a batch into blocks of equal size.
 *
 * @param tokens [batch, time], time more than count * (count - 1)
 * @param group heads that share keys: so many rows of queries has a position
 */
export function queryBlocks(tokens: Tensor, count: number, group: number): QueryBlocks {
  const { graph } = tokens;
  const time = lengthOf(tokens, 1);
  const size = whole("Div", whole("Add", time, integer(graph, count - 1)), integer(graph, count));
  const firstRows = times(whole("Sub", time, times(size, count - 1)), group);
  const otherRows = times(size, group);
  const rows = joinIntegers(Array.from({ length: count }, (_, i) => (i === 0 ? firstRows : otherRows)));
  return { count, size, rows, firstRows };
}

/**
 * What each block adds to its scores.
 *
 * @param mask [rows of a block, time], the last rows of `causalMask`: every block finds its own at the end of them; or
 *   for each row of the batch one over all keys, [batch, 1, time * group, keys]
 */
export function blockMasks(mask: Tensor, blocks: QueryBlocks): readonly Tensor[] {
  if (blocks.count === 1) return [mask];
  if (mask.shape.length === 4) return splitRows(mask, blocks).map((part, i) => upToEnd(part, 3, i, blocks));
  const { graph } = mask;
  const nothing = integer(graph, 0);
  const ends = graph.constant([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], [2], "int64");
  return Array.from({ length: blocks.count }, (_, i) => {
    const fromRow = i === 0 ? times(blocks.firstRows, -1) : nothing;
    const starts = joinIntegers([fromRow, times(blocks.size, blocks.count - 1 - i)]);
    return graph.emitOne({ operator: "Slice", inputs: [mask, starts, ends], shape: [ROWS, keysOf(i, mask.shape[1]!)] });
  });
}

/**
 * softmax(Q Kᵀ / sqrt(headDim) + mask) V, block by block: most of what a causal mask hides is never computed. The
 * gradient is exact. It passes over the scores once, since p (g - sum(g p)) = p (dO Vᵀ - sum(dO O)), a difference that
 * one product gives: Dao et al. 2022, arXiv:2205.14135, appendix B.2.
 *
 * @param q [batch, kvHeads, time * group, headDim]
 * @param k, v [batch, kvHeads, keys, headDim], the last `time` of them those of the queries' positions: what stands
 *   before them every block has
 * @returns of the shape of q
 */
export function blockedAttention(
  { q, k, v }: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor },
  masks: readonly Tensor[],
  blocks: QueryBlocks,
): Tensor {
  const { graph } = q;
  const scale = 1 / Math.sqrt(q.shape[3] as number);
  const queries = splitRows(q, blocks);
  const shares = queries.map((part, i) =>
    softmax(addMask(batchedMatmul(part, upToEnd(k, 2, i, blocks), { transposeB: true, scale }), masks[i]!)),
  );
  const mixed = joinRows(
    shares.map((share, i) => batchedMatmul(share, upToEnd(v, 2, i, blocks))),
    q,
  );
  const differentiable = [q, k, v];
  return graph.emitOne(
    { operator: "Identity", inputs: [mixed], shape: q.shape, differentiable },
    (output) => (made) => {
      const gradient = made[0];
      if (gradient === undefined) return [];
      const { wideGradient, wideValues } = widened(gradient, output, v);
      const gradients = splitRows(gradient, blocks);
      const parts = splitRows(wideGradient, blocks).map((wide, i) => {
        const difference = batchedMatmul(wide, upToEnd(wideValues, 2, i, blocks), { transposeB: true });
        const share = shares[i]!;
        const dScores = graph.emitOne({ operator: "Mul", inputs: [share, difference], shape: share.shape });
        return {
          dQ: batchedMatmul(dScores, upToEnd(k, 2, i, blocks), { scale }),
          dK: transposedProduct(dScores, queries[i]!, scale),
          dV: transposedProduct(share, gradients[i]!, 1),
        };
      });
      const of = (name: "dQ" | "dK" | "dV"): Tensor[] => parts.map((part) => part[name]);
      return [joinRows(of("dQ"), q), sumOfPrefixes(of("dK"), blocks, k), sumOfPrefixes(of("dV"), blocks, v)];
    },
  );
}

/** [dO, -sum(dO O)] and [V, 1]: their product is dO Vᵀ - sum(dO O). */
function widened(
  gradient: Tensor,
  output: Tensor,
  v: Tensor,
): { readonly wideGradient: Tensor; readonly wideValues: Tensor } {
  const { graph, shape } = output;
  const product = graph.emitOne({ operator: "Mul", inputs: [gradient, output], shape });
  const column = [...shape.slice(0, 3), 1];
  const last = graph.constant([-1], [1], "int64");
  const total = graph.emitOne({ operator: "ReduceSum", inputs: [product, last], shape: column });
  const less = graph.emitOne({ operator: "Neg", inputs: [total], shape: column });
  const width = (shape[3] as number) + 1;
  const wideGradient = graph.emitOne({
    operator: "Concat",
    inputs: [gradient, less],
    shape: [...shape.slice(0, 3), width],
    attributes: { axis: 3 },
  });
  const pads = graph.constant([0, 0, 0, 0, 0, 0, 0, 1], [8], "int64");
  const wideValues = graph.emitOne({
    operator: "Pad",
    inputs: [v, pads, graph.constant([1], [])],
    shape: [...v.shape.slice(0, 3), width],
  });
  return { wideGradient, wideValues };
}

/** Rows of a block, as a dimension: `b` positions a block. */
const ROWS = "b*G";

/** Keys up to the end of a block, as a dimension: those before all blocks are part of `all`, `P+T`. */
function keysOf(block: number, all: Dimension): string {
  const before = typeof all === "string" ? all.split("+").slice(0, -1) : [];
  return [...before, ...Array.from({ length: block + 1 }, () => "b")].join("+");
}

/** Rows [batch, kvHeads, time * group, n] by block. */
function splitRows(x: Tensor, { count, rows }: QueryBlocks): readonly Tensor[] {
  if (count === 1) return [x];
  const shape: Dimension[] = [...x.shape.slice(0, 2), ROWS, x.shape[3]!];
  const outputs = Array.from({ length: count }, () => ({ shape }));
  return x.graph.emit({ operator: "Split", inputs: [x, rows], outputs, attributes: { axis: 2 } });
}

/** What was made by block, as one. */
function joinRows(parts: readonly Tensor[], like: Tensor): Tensor {
  const { graph, shape } = like;
  if (parts.length === 1) return parts[0]!;
  return graph.emitOne({ operator: "Concat", inputs: parts, shape, attributes: { axis: 2 } });
}

/** The keys, or values, or columns of a mask, up to the end of a block. */
function upToEnd(x: Tensor, axis: number, block: number, { count, size }: QueryBlocks): Tensor {
  if (block === count - 1) return x;
  const { graph } = x;
  const inputs = [x, integer(graph, 0), times(size, block + 1 - count), integer(graph, axis)];
  return graph.emitOne({ operator: "Slice", inputs, shape: x.shape.with(axis, keysOf(block, x.shape[axis]!)) });
}

/** The sum of what blocks made for the keys up to their own ends. */
function sumOfPrefixes(parts: readonly Tensor[], { size }: QueryBlocks, like: Tensor): Tensor {
  const { graph } = size;
  const nothing = integer(graph, 0);
  const pads = joinIntegers([nothing, nothing, nothing, nothing, nothing, nothing, size, nothing]);
  const sum = parts.reduce((shorter, part) =>
    addSame(graph.emitOne({ operator: "Pad", inputs: [shorter, pads], shape: part.shape }), part),
  );
  return { ...sum, shape: like.shape };
}

function integer(graph: Graph, value: number): Tensor {
  return graph.constant([value], [1], "int64");
}

function whole(operator: string, a: Tensor, b: Tensor): Tensor {
  return a.graph.emitOne({ operator, inputs: [a, b], shape: [1], type: "int64" });
}

function times(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : whole("Mul", x, integer(x.graph, factor));
}
