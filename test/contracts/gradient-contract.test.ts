import { expect, test } from "vitest";
import * as operators from "../../src/graph/index.ts";
import { causalMask } from "../../src/model/decoder.ts";
import { gradientContract, type GradientCase } from "./gradient-contract.ts";

const int64 = (values: readonly number[], dims: readonly number[]) => ({
  data: BigInt64Array.from(values.map(BigInt)),
  dims,
});
/** Away from corners: no draw is so near to 0 that a step crosses it. */
const awayFromZero: GradientCase["draw"] = (random) => (random.next() < 0.5 ? -1 : 1) * (0.1 + random.next());
const tables = operators.rotaryTables(5, 4, 10000);

/** Attention over 7 positions of two heads that share keys, its queries in so many blocks. */
function attentionCase(
  count: number,
  mask: { readonly data: Float32Array; readonly dims: readonly number[] },
): GradientCase {
  return {
    inputs: { q: [2, 1, 14, 3], k: [2, 1, 7, 3], v: [2, 1, 7, 3] },
    fixed: {
      tokens: int64(
        Array.from({ length: 14 }, () => 0),
        [2, 7],
      ),
      mask,
    },
    build: ({ q, k, v, tokens, mask: added }) => {
      const blocks = operators.queryBlocks(tokens!, count, 2);
      return operators.blockedAttention({ q: q!, k: k!, v: v! }, operators.blockMasks(added!, blocks), blocks);
    },
  };
}

/** A prefix of 2 positions and two rows of 3 behind it, of 4 numbers each. */
const PREFIXED = {
  tokens: int64(
    Array.from({ length: 8 }, () => 0),
    [1, 8],
  ),
  ofPrefix: { data: causalMask(2, 1), dims: [2, 2] },
  ofRows: { data: Float32Array.from([...causalMask(5, 1, 3), ...causalMask(5, 1, 3)]), dims: [2, 1, 3, 5] },
};
function prefixSizes({ tokens, ofPrefix, ofRows }: Readonly<Record<string, operators.Tensor>>): operators.PrefixSizes {
  return operators.prefixSizes(tokens!, { prefix: ofPrefix!, rows: ofRows! });
}

const CASES: Readonly<Record<string, GradientCase>> = {
  addSame: { inputs: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => operators.addSame(a!, b!) },
  subtract: { inputs: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => operators.subtract(a!, b!) },
  multiply: { inputs: { a: [2, 3], b: [2, 3] }, build: ({ a, b }) => operators.multiply(a!, b!) },
  minimum: { inputs: { a: [8], b: [8] }, build: ({ a, b }) => operators.minimum(operators.scale(a!, 3), b!) },
  scale: { inputs: { x: [4] }, build: ({ x }) => operators.scale(x!, -2.5) },
  shift: { inputs: { x: [4] }, build: ({ x }) => operators.shift(x!, 3) },
  negate: { inputs: { x: [4] }, build: ({ x }) => operators.negate(x!) },
  exp: { inputs: { x: [5] }, build: ({ x }) => operators.exp(operators.scale(x!, 0.5)) },
  clip: { inputs: { x: [8] }, draw: awayFromZero, build: ({ x }) => operators.clip(x!, -2, 0) },
  relu: { inputs: { x: [8] }, draw: awayFromZero, build: ({ x }) => operators.relu(x!) },
  squaredRelu: { inputs: { x: [8] }, draw: awayFromZero, build: ({ x }) => operators.squaredRelu(x!) },
  softplus: { inputs: { x: [8] }, build: ({ x }) => operators.softplus(x!) },
  silu: { inputs: { x: [8] }, build: ({ x }) => operators.silu(x!) },
  addBias: { inputs: { x: [2, 3, 4], bias: [4] }, build: ({ x, bias }) => operators.addBias(x!, bias!) },
  addMask: {
    inputs: { x: [2, 3] },
    fixed: { mask: { data: new Float32Array([0, -1, 2]), dims: [3] } },
    build: ({ x, mask }) => operators.addMask(x!, mask!),
  },
  linear: { inputs: { x: [2, 3, 4], w: [4, 5] }, build: ({ x, w }) => operators.linear(x!, w!) },
  linearTransposed: { inputs: { x: [2, 3, 4], w: [5, 4] }, build: ({ x, w }) => operators.linearTransposed(x!, w!) },
  "batchedMatmul, second transposed": {
    inputs: { a: [2, 1, 3, 4], b: [2, 1, 5, 4] },
    build: ({ a, b }) => operators.batchedMatmul(a!, b!, { transposeB: true, scale: 0.5 }),
  },
  batchedMatmul: { inputs: { a: [2, 1, 3, 4], b: [2, 1, 4, 5] }, build: ({ a, b }) => operators.batchedMatmul(a!, b!) },
  reshape: {
    inputs: { x: [2, 6] },
    build: ({ x }) => operators.multiply(operators.reshape(x!, [3, 4], [3, 4]), operators.reshape(x!, [3, 4], [3, 4])),
  },
  transpose: { inputs: { x: [2, 3, 4] }, build: ({ x }) => operators.transpose(x!, [2, 0, 1]) },
  concatLast: { inputs: { a: [2, 3], b: [2, 1] }, build: ({ a, b }) => operators.concatLast([a!, b!]) },
  splitLast: { inputs: { x: [2, 5] }, build: ({ x }) => operators.splitLast(x!, [2, 3])[1]! },
  blockedAttention: attentionCase(2, { data: causalMask(7, 2, 4), dims: [8, 7] }),
  "blockedAttention, one block": attentionCase(1, { data: causalMask(7, 2), dims: [14, 7] }),
  "blockedAttention, a mask for each row": attentionCase(2, {
    data: Float32Array.from([...causalMask(7, 2), ...causalMask(7, 2)]),
    dims: [2, 1, 14, 7],
  }),
  "blockedAttention, keys before all rows": {
    inputs: { q: [2, 1, 14, 3], k: [2, 1, 9, 3], v: [2, 1, 9, 3] },
    fixed: {
      tokens: int64(
        Array.from({ length: 14 }, () => 0),
        [2, 7],
      ),
      mask: { data: Float32Array.from([...causalMask(9, 2, 7), ...causalMask(9, 2, 7)]), dims: [2, 1, 14, 9] },
    },
    build: ({ q, k, v, tokens, mask }) => {
      const blocks = operators.queryBlocks(tokens!, 2, 2);
      return operators.blockedAttention({ q: q!, k: k!, v: v! }, operators.blockMasks(mask!, blocks), blocks);
    },
  },
  cutPrefix: {
    inputs: { x: [1, 8, 4] },
    fixed: PREFIXED,
    build: ({ x, ...others }) => {
      const { prefix, rows } = operators.cutPrefix(x!, prefixSizes(others));
      return operators.concatLast([operators.reshape(prefix, [8], [8]), operators.reshape(rows, [24], [24])]);
    },
  },
  "cutPrefix, whose prefix nobody reads": {
    inputs: { x: [1, 8, 4] },
    fixed: PREFIXED,
    build: ({ x, ...others }) =>
      operators.reshape(operators.cutPrefix(x!, prefixSizes(others)).rows, [2, 3, 4], [2, 3, 4]),
  },
  joinPrefix: {
    inputs: { prefix: [1, 2, 4], rows: [2, 3, 4] },
    fixed: PREFIXED,
    build: ({ prefix, rows, ...others }) => {
      const joined = operators.joinPrefix({ prefix: prefix!, rows: rows! }, prefixSizes(others));
      return operators.reshape(joined, [1, 8, 4], [1, 8, 4]);
    },
  },
  behindPrefix: {
    inputs: { prefix: [1, 2, 4], rows: [2, 3, 4] },
    fixed: PREFIXED,
    build: ({ prefix, rows, ...others }) => {
      const behind = operators.behindPrefix({ prefix: prefix!, rows: rows! }, prefixSizes(others));
      return operators.reshape(behind, [2, 5, 4], [2, 5, 4]);
    },
  },
  sharedMatmul: {
    inputs: { rows: [3, 2, 2, 4], shared: [2, 1, 4, 5] },
    build: ({ rows, shared }) => operators.sharedMatmul(rows!, shared!),
  },
  "sharedMatmul, second transposed": {
    inputs: { rows: [3, 2, 2, 4], shared: [2, 1, 5, 4] },
    build: ({ rows, shared }) => operators.sharedMatmul(rows!, shared!, { transposeB: true, scale: 0.5 }),
  },
  softmax: { inputs: { x: [3, 5] }, build: ({ x }) => operators.softmax(x!) },
  rmsNorm: { inputs: { x: [2, 3, 8], w: [8] }, build: ({ x, w }) => operators.rmsNorm(x!, w!, 1e-5) },
  rotary: {
    inputs: { x: [2, 3, 8] },
    fixed: { positions: int64([0, 1, 2, 2, 3, 4], [2, 3]) },
    build: ({ x, positions }, graph) => {
      const table = (values: Float32Array) => graph.constant(values, [5, 2]);
      return operators.rotary(x!, positions!, {
        cos: table(tables.cos),
        sin: table(tables.sin),
        minusSin: table(tables.sin.map((value) => -value)),
      });
    },
  },
  embed: {
    inputs: { table: [6, 3] },
    fixed: { indices: int64([1, 4, 4, 0], [2, 2]) },
    build: ({ table, indices }) => operators.embed(table!, indices!),
  },
  "embed, more rows than one-hot is used for": {
    inputs: { part: [6, 2] },
    fixed: { indices: int64([1, 2051, 2051, 0], [2, 2]) },
    // A table of 2052 rows of which the first and last three are free.
    build: ({ part, indices }, graph) => {
      const rows = graph.emitOne(
        { operator: "Pad", inputs: [part!, graph.constant([0, 0, 2046, 0], [4], "int64")], shape: [2052, 2] },
        () =>
          ([gradient]) => [
            gradient &&
              graph.emitOne({
                operator: "Slice",
                inputs: [gradient, graph.constant([0], [1], "int64"), graph.constant([6], [1], "int64")],
                shape: [6, 2],
              }),
            undefined,
          ],
      );
      return operators.embed(rows, indices!);
    },
  },
  pickRows: {
    inputs: { x: [2, 3, 4] },
    fixed: { rows: int64([5, 0, 2], [3, 1]) },
    build: ({ x, rows }) => operators.pickRows(x!, rows!),
  },
  recomputed: {
    inputs: { x: [2, 3], w: [3, 3] },
    build: ({ x, w }) => operators.recomputed(x!, [w!], (given) => operators.linear(operators.silu(given), w!)),
  },
  "recomputed, a product kept": {
    inputs: { x: [2, 3], w: [3, 3] },
    build: ({ x, w }) =>
      operators.recomputed(x!, [w!], (given, keep) =>
        operators.linear(operators.silu(keep(operators.linear(operators.silu(given), w!))), w!),
      ),
  },
  sumAll: {
    inputs: { x: [2, 3] },
    build: ({ x }) => operators.reshape(operators.sumAll(operators.multiply(x!, x!)), [1], [1]),
  },
  tokenLogprobs: {
    inputs: { logits: [3, 5] },
    fixed: { labels: int64([4, 0, 2], [3]) },
    build: ({ logits, labels }) => operators.tokenLogprobs(logits!, labels!).logprobs,
  },
};

for (const [name, contractCase] of Object.entries(CASES)) gradientContract(name, contractCase);

test("every operator has a contract", () => {
  // What is exported and differentiates nothing; and inRowChunks, whose loss is a whole one
  // (test/invariants/training-graph.test.ts). Masks and cuts of blockedAttention are in its own, sizes of prefixes in
  // those of what is cut by them.
  const others = new Set([
    "backward",
    "blockMasks",
    "compile",
    "Graph",
    "inRowChunks",
    "isLess",
    "lengthOf",
    "peakBytes",
    "prefixSizes",
    "queryBlocks",
    "ropeFactors",
    "rotaryTables",
    "rowEntropy",
    "sizesBehind",
  ]);
  const uncovered = Object.keys(operators).filter((name) => !others.has(name) && !(name in CASES));
  expect(uncovered).toEqual([]);
});
