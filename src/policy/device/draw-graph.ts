import { ELEMENT_TYPES } from "../../engine/index.ts";
import { addSame, concatLast, multiply, reshape, scale, subtract, type Tensor } from "../../graph/index.ts";
import { emitNode } from "./emit-node.ts";

/** Of the likeliest tokens, sorted: top-k and top-p are found among so many. */
const MOST_RANKED = 256;
/** So many of the likeliest tokens are told with each that is drawn. */
const MOST_TOLD = 32;
/** A uniform number beyond every probability: nothing of a row reaches it, and the likeliest is taken. */
export const TAKE_LIKELIEST = 2;

/** How many of a vocabulary's tokens are sorted. */
export function rankedTokens(vocabSize: number): number {
  return Math.min(vocabSize, MOST_RANKED);
}

/** How many of the likeliest are told. */
export function toldTokens(vocabSize: number): number {
  return Math.min(vocabSize, MOST_TOLD);
}

/** Each a column, [rows, 1]. */
interface Drawn {
  readonly token: Tensor;
  readonly probability: Tensor;
}

/** The draws of a row of probabilities; all [rows, 1]. */
export interface DrawInputs {
  /** From [0, 1), or `TAKE_LIKELIEST`. */
  readonly uniforms: Tensor;
  /** Each row's own number, from 0. */
  readonly rowNumbers: Tensor;
}

/** What top-k and top-p keep; both [rows, 1]. */
export interface DrawLimits {
  /** The k likeliest, k up to V; V + 1 for no limit, which then draws in the order of the tokens. */
  readonly keep: Tensor;
  /** The likeliest that reach this share; 1 to keep all. */
  readonly share: Tensor;
}

/**
 * Draws a token from each row, as `drawToken` does without top-k and top-p, up to the rounding of sums in float32.
 *
 * The inverse of the cumulative distribution in two levels: the first block of about sqrt(V) tokens that reaches the
 * uniform number, then the first of its tokens that does. What is left over by rounding goes to the likeliest: of the
 * row, or of the block.
 *
 * @param probabilities [rows, V]
 * @returns [rows, 2]: the token, exact in float32 below 2^24, and its probability
 */
export function drawTokens(probabilities: Tensor, inputs: DrawInputs): Tensor {
  const { token, probability } = drawInBlocks(probabilities, inputs);
  return concatLast([token, probability]);
}

/**
 * Draws a token from what top-k and top-p keep of each row, as `drawToken` does, if it is among the likeliest
 * `rankedTokens`.
 *
 * @returns [rows, 3 + 2 * told]: the token, its probability, the share of the tokens that were sorted, and of the
 *   likeliest `toldTokens` first the tokens, then the probabilities
 */
export function drawRankedTokens(probabilities: Tensor, inputs: DrawInputs, { keep, share }: DrawLimits): Tensor {
  const { graph } = probabilities;
  const size = probabilities.shape[1] as number;
  const ranked = rankedTokens(size);
  const count = graph.constant([ranked], [1], "int64");
  const [values, places] = graph.emit({
    operator: "TopK",
    inputs: [probabilities, count],
    outputs: [{ shape: ["B", ranked] }, { shape: ["B", ranked], type: "int64" }],
    attributes: { axis: -1 },
  }) as [Tensor, Tensor];
  const tokens = fromPlaces(places, size);
  const reached = cumulative(values);
  const ranks = graph.constant(
    Array.from({ length: ranked }, (_, i) => i),
    [1, ranked],
  );
  const kept = multiply(
    toFloat(compare("Less", [ranks, keep], ["B", ranked])),
    toFloat(compare("Less", [cumulative(values, 1), share], ["B", ranked])),
  );
  const mass = largest(multiply(reached, kept));
  const passed = multiply(toFloat(atMost(reached, multiply(inputs.uniforms, mass))), kept);
  const last = total(passed);
  const isBeyond = compare("GreaterOrEqual", [last, total(kept)], ["B", 1]);
  const place = toInt32(choose(isBeyond, number(probabilities, 0), last));
  const isKept = compare("Less", [keep, number(keep, size + 1)], ["B", 1]);
  const isShared = compare("Less", [share, number(share, 1)], ["B", 1]);
  const whole = drawInBlocks(probabilities, inputs);
  const pick = (limited: Tensor, unlimited: Tensor): Tensor =>
    choose(isKept, limited, choose(isShared, limited, unlimited));
  const told = toldTokens(size);
  return concatLast([
    pick(element(tokens, place), whole.token),
    pick(element(values, place), whole.probability),
    largest(reached),
    firstColumns(tokens, told),
    firstColumns(values, told),
  ]);
}

function drawInBlocks(probabilities: Tensor, { uniforms, rowNumbers }: DrawInputs): Drawn {
  const size = probabilities.shape[1] as number;
  const { length, blocks } = blocksOf(size);
  const rows = reshape(padded(probabilities, blocks * length - size), [-1, length], ["R", length]);
  const byBlock = (perBlock: Tensor): Tensor => reshape(perBlock, [-1, blocks], ["B", blocks]);
  const reached = cumulative(byBlock(total(rows)));
  const isPassed = toFloat(atMost(reached, uniforms));
  const passed = total(isPassed);
  const isBeyond = compare("GreaterOrEqual", [passed, number(passed, blocks)], ["B", 1]);
  const block = choose(isBeyond, likeliest(byBlock(largest(rows))), passed);
  const at = addSame(scale(rowNumbers, blocks), block);
  const own = emitNode("Gather", [rows, toInt32(reshape(at, [-1], ["B"]))], {
    shape: ["B", length],
    attributes: { axis: 0 },
  });
  const before = largest(multiply(isPassed, reached));
  const left = choose(isBeyond, number(uniforms, TAKE_LIKELIEST), subtract(uniforms, before));
  const inside = total(toFloat(atMost(cumulative(own), left)));
  const isOver = compare("GreaterOrEqual", [inside, number(inside, length)], ["B", 1]);
  const offset = choose(isOver, likeliest(own), inside);
  return {
    token: addSame(scale(block, length), offset),
    probability: element(own, toInt32(offset)),
  };
}

/** Blocks of equal length: a divisor near sqrt(size) where there is one, else the last block is padded. */
export function blocksOf(size: number): { readonly length: number; readonly blocks: number } {
  const root = Math.ceil(Math.sqrt(size));
  for (let length = root; length <= 2 * root; length++)
    if (size % length === 0) return { length, blocks: size / length };
  return { length: root, blocks: Math.ceil(size / root) };
}

function padded(x: Tensor, columns: number): Tensor {
  if (columns === 0) return x;
  const pads = x.graph.constant([0, 0, 0, columns], [4], "int64");
  return emitNode("Pad", [x, pads], { shape: ["B", (x.shape[1] as number) + columns] });
}

function number(like: Tensor, value: number): Tensor {
  return like.graph.constant([value], [1, 1]);
}

/** Sums along rows up to each column; up to the one before it where `exclusive` is 1. */
function cumulative(x: Tensor, exclusive: 0 | 1 = 0): Tensor {
  return emitNode("CumSum", [x, x.graph.constant([1], [], "int64")], { shape: x.shape, attributes: { exclusive } });
}

function total(x: Tensor): Tensor {
  const axes = x.graph.constant([1], [1], "int64");
  return emitNode("ReduceSum", [x, axes], { shape: [x.shape[0]!, 1], attributes: { keepdims: 1 } });
}

function largest(x: Tensor): Tensor {
  return emitNode("ReduceMax", [x], { shape: [x.shape[0]!, 1], attributes: { axes: [1], keepdims: 1 } });
}

/** The column of the largest number; of equal ones the first. */
function likeliest(x: Tensor): Tensor {
  const attributes = { axis: 1, keepdims: 1 };
  return fromPlaces(
    emitNode("ArgMax", [x], { shape: [x.shape[0]!, 1], type: "int64", attributes }),
    x.shape[1] as number,
  );
}

/** Columns below `size` as float32, looked up: WebGPU has no conversion of int64. */
function fromPlaces(places: Tensor, size: number): Tensor {
  const columns = places.graph.constant(
    Array.from({ length: size }, (_, i) => i),
    [size],
  );
  return emitNode("Gather", [columns, places], { shape: places.shape, attributes: { axis: 0 } });
}

function compare(operator: string, inputs: readonly Tensor[], shape: Tensor["shape"]): Tensor {
  return emitNode(operator, inputs, { shape, type: "bool" });
}

function atMost(x: Tensor, bound: Tensor): Tensor {
  return compare("LessOrEqual", [x, bound], x.shape);
}

function choose(isFirst: Tensor, first: Tensor, second: Tensor): Tensor {
  return emitNode("Where", [isFirst, first, second], { shape: ["B", 1] });
}

function element(x: Tensor, column: Tensor): Tensor {
  return emitNode("GatherElements", [x, column], { shape: ["B", 1], attributes: { axis: 1 } });
}

function firstColumns(x: Tensor, count: number): Tensor {
  const bound = (value: number): Tensor => x.graph.constant([value], [1], "int64");
  return emitNode("Slice", [x, bound(0), bound(count), bound(1)], { shape: ["B", count] });
}

function toFloat(x: Tensor): Tensor {
  return emitNode("Cast", [x], { shape: x.shape, attributes: { to: ELEMENT_TYPES.float32 } });
}

function toInt32(x: Tensor): Tensor {
  return emitNode("Cast", [x], { shape: x.shape, type: "int32", attributes: { to: ELEMENT_TYPES.int32 } });
}
