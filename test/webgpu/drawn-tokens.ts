import { readFloats, type Engine } from "../../src/engine/index.ts";
import { compile, Graph } from "../../src/graph/index.ts";
import { drawRankedTokens, drawTokens } from "../../src/policy/device/draw-graph.ts";
import { RandomStream, randomKey } from "../../src/random.ts";

/** Rows of probabilities and how a token of each is drawn; `limits` where it is drawn from a part. */
export interface Draws {
  readonly rows: readonly Float32Array[];
  readonly uniforms: readonly number[];
  readonly limits?: { readonly keep: number; readonly share: number };
}

/** What the graph gives for each row: token, probability, and where there are limits what else it tells. */
export async function drawnBy(engine: Engine, { rows, uniforms, limits }: Draws): Promise<Float32Array[]> {
  const graph = new Graph();
  const size = rows[0]!.length;
  const column = (name: string) => graph.input(name, ["B", 1]);
  const probabilities = graph.input("probabilities", ["B", size]);
  const inputs = { uniforms: column("uniforms"), rowNumbers: column("rowNumbers") };
  const drawn =
    limits === undefined
      ? drawTokens(probabilities, inputs)
      : drawRankedTokens(probabilities, inputs, { keep: column("keep"), share: column("share") });
  const program = await engine.compile(compile(graph, { drawn }));
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, i) => data.set(row, i * size));
  const dims = [rows.length, 1];
  const outputs = await program.run({
    probabilities: { data, dims: [rows.length, size] },
    uniforms: { data: Float32Array.from(uniforms), dims },
    rowNumbers: { data: Float32Array.from(rows.keys()), dims },
    keep: { data: new Float32Array(rows.length).fill(limits?.keep ?? 0), dims },
    share: { data: new Float32Array(rows.length).fill(limits?.share ?? 0), dims },
  });
  const found = await readFloats(outputs, "drawn");
  const width = found.length / rows.length;
  await program.dispose();
  return rows.map((_row, i) => found.slice(i * width, (i + 1) * width));
}

/** A row of numbers that add up to 1: the higher the power, the more of them on few tokens. */
export function randomRow(size: number, seed: number, power: number): Float32Array {
  const stream = new RandomStream(randomKey(seed));
  const shares = Float64Array.from({ length: size }, () => stream.next() ** power);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Float32Array.from(shares, (share) => share / total);
}
