/**
 * What drawing tokens from a large vocabulary takes: 32 rows of 49,152 probabilities, in JavaScript as rollouts on the
 * processor do it, and in a graph as rollouts on a GPU do.
 *
 *   npx tsx scripts/bench-draws.ts [--rows 32] [--size 49152]
 */
import { parseArgs } from "node:util";
import { engineFor } from "../src/engine/index.ts";
import { compile, Graph } from "../src/graph/index.ts";
import { median } from "../src/numbers/metrics.ts";
import { drawTokens } from "../src/policy/device/draw-graph.ts";
import { drawToken, WHOLE_DISTRIBUTION } from "../src/policy/sampling/draw-token.ts";
import { RandomStream, randomKey } from "../src/random.ts";

const { values } = parseArgs({
  options: { rows: { type: "string", default: "32" }, size: { type: "string", default: "49152" } },
});
const [rows, size] = [Number(values.rows), Number(values.size)];
const TURNS = 60;

const stream = new RandomStream(randomKey(1));
const probabilities = new Float32Array(rows * size);
for (let row = 0; row < rows; row++) {
  const own = probabilities.subarray(row * size, (row + 1) * size);
  own.forEach((_, i) => (own[i] = Math.exp(3 * stream.normal())));
  const sum = own.reduce((a, b) => a + b, 0);
  own.forEach((value, i) => (own[i] = value / sum));
}
const uniforms = Float32Array.from({ length: rows }, () => stream.next());

const engine = await engineFor("cpu");
const graph = new Graph();
const drawn = drawTokens(graph.input("probabilities", ["B", size]), {
  uniforms: graph.input("uniforms", ["B", 1]),
  rowNumbers: graph.input("rowNumbers", ["B", 1]),
});
const program = await engine.compile(compile(graph, { drawn }), { threads: 2 });
const inputs = {
  probabilities: { data: probabilities, dims: [rows, size] },
  uniforms: { data: uniforms, dims: [rows, 1] },
  rowNumbers: { data: Float32Array.from({ length: rows }, (_, i) => i), dims: [rows, 1] },
};
const [inScript, inGraph]: [number[], number[]] = [[], []];
const tokens = new Int32Array(rows);
for (let turn = 0; turn < TURNS; turn++) {
  const began = performance.now();
  for (let row = 0; row < rows; row++)
    tokens[row] = drawToken(probabilities, row, size, uniforms[row]!, WHOLE_DISTRIBUTION);
  const between = performance.now();
  await program.run(inputs);
  inScript.push(between - began);
  inGraph.push(performance.now() - between);
}
await engine.dispose();
const text = (of: number[]): string => `${median(of).toFixed(2)} ms`;
console.log(`${rows} draws of ${size} tokens: in JavaScript ${text(inScript)}, in a graph ${text(inGraph)}`);
