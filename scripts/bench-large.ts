/**
 * How fast a model of many parameters is trained and sampled here, against what the machine can do and against
 * transformers.
 *
 *   npx tsx scripts/bench-large.ts SmolLM2-135M-Instruct.Q4_1.gguf --python venv/bin/python
 *
 * With --python (torch and transformers installed) `transformers.generate` writes as many tokens for as many sequences
 * in float32 on the same cores; the two take turns, ROUNDS times, and the ratio is that of the medians.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { trainingFlops } from "../src/bench/bench.ts";
import { compile, Graph } from "../src/graph/index.ts";
import { linear } from "../src/graph/matmul.ts";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../src/formats/checkpoint.ts";
import { parameterLayout, parameterViews } from "../src/model/parameters.ts";
import { engineFor, type DenseTensor, type Program, type ProgramInputs } from "../src/engine/index.ts";
import { randomKey, splitKey } from "../src/random.ts";
import { logitChunks } from "../src/policy/gradients/logit-chunks.ts";
import { clippedPolicyLoss } from "../src/losses/index.ts";
import { collectGroups } from "../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../src/policy/local/local-policy.ts";
import { batchInputs } from "../src/policy/gradients/training-batch.ts";
import { trainingGraph } from "../src/policy/gradients/training-graph.ts";
import { median } from "../src/numbers/metrics.ts";

const ROUNDS = 3;
const SEQUENCES = 32;
const PROMPT = 48;
const NEW_TOKENS = 128;
/** Of training: 8 x 128 positions. */
const [ROWS, LENGTH] = [8, 128];
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });

const [path = "", flag, python] = process.argv.slice(2);
if (path === "" || (flag !== undefined && (flag !== "--python" || python === undefined))) {
  console.error(
    "Expected a model, and perhaps --python PYTHON: npx tsx scripts/bench-large.ts MODEL [--python PYTHON]",
  );
  process.exit(2);
}
const threads = availableParallelism();
const engine = await engineFor("cpu");
const model = await loadCheckpoint(path);
const gemm = await matmulRate(1024);
const training = await trainingRate(model);
const rollouts = await rolloutRates(model, python);
console.log(
  JSON.stringify(
    { threads, gemmGflops: gemm, trainGflops: training, trainEfficiency: training / gemm, ...rollouts },
    null,
    1,
  ),
);

async function matmulRate(size: number): Promise<number> {
  const graph = new Graph();
  const product = linear(graph.input("a", [size, size]), graph.input("b", [size, size]));
  const program = await engine.compile(compile(graph, { product }), { threads });
  const factor = (): DenseTensor => ({ data: new Float32Array(size * size).fill(0.01), dims: [size, size] });
  const seconds = await medianSeconds(30, program, { a: factor(), b: factor() });
  await program.dispose();
  return (2 * size ** 3) / seconds / 1e9;
}

async function trainingRate({ config, parameters }: Checkpoint): Promise<number> {
  const layout = parameterLayout(config);
  const views = parameterViews(parameters, layout);
  const weights = Object.fromEntries(
    layout.map((info) => [info.name, engine.tensor(views.get(info.name)!, info.shape)]),
  );
  const program = await engine.compile(
    trainingGraph({ config, positions: LENGTH + 1, chunks: logitChunks(config, ROWS * LENGTH) }, LOSS),
    { threads, lean: true },
  );
  const sequences = Array.from({ length: ROWS }, (_, row) => ({
    promptTokens: [1],
    tokens: Array.from({ length: LENGTH }, (_token, t) => 100 + ((row * 31 + t * 7) % 1000)),
    weight: 1e-4,
    advantage: 1,
    oldLogprobs: new Array<number>(LENGTH).fill(-5),
  }));
  const seconds = await medianSeconds(5, program, { ...weights, ...batchInputs(sequences, config, 1) });
  await program.dispose();
  return trainingFlops(config, ROWS, LENGTH) / seconds / 1e9;
}

async function medianSeconds(runs: number, program: Program, inputs: ProgramInputs): Promise<number> {
  for (let i = 0; i < 2; i++) await program.run(inputs);
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await program.run(inputs);
    times.push((performance.now() - started) / 1000);
  }
  return median(times);
}

async function rolloutRates(checkpoint: Checkpoint, withPython: string | undefined): Promise<Record<string, number>> {
  // Without an end token every sequence has its whole length, in both.
  const policy = await startLocalPolicy(
    { ...checkpoint, config: { ...checkpoint.config, eosTokenIds: [] } },
    { workers: threads, tokenBudget: 1024, positions: PROMPT + NEW_TOKENS },
  );
  const folder = mkdtempSync(join(tmpdir(), "aha-bench-"));
  const prompts = Array.from({ length: SEQUENCES }, (_, i) =>
    Array.from({ length: PROMPT }, (_token, t) => 100 + ((i * 53 + t * 11) % 2000)),
  );
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  try {
    if (withPython !== undefined) {
      await saveCheckpoint(join(folder, "model"), checkpoint);
      writeFileSync(join(folder, "prompts.json"), JSON.stringify(prompts));
    }
    for (let round = 0; round <= ROUNDS; round++) {
      const started = performance.now();
      await collectGroups(
        policy.sample(
          prompts.map((prompt, i) => ({ prompt, keys: [splitKey(randomKey(round), i)] })),
          { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: NEW_TOKENS, slots: SEQUENCES },
        ),
      );
      const ours = (SEQUENCES * NEW_TOKENS * 1000) / (performance.now() - started);
      // The first round packs the weights.
      if (round === 0) continue;
      rates.ours.push(ours);
      if (withPython !== undefined) rates.theirs.push(generateRate(withPython, folder));
    }
  } finally {
    await policy.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const found = { rolloutTokensPerSecond: median(rates.ours) };
  return rates.theirs.length === 0
    ? found
    : { ...found, transformersTokensPerSecond: median(rates.theirs), ratio: median(rates.ours) / median(rates.theirs) };
}

function generateRate(command: string, folder: string): number {
  const script = new URL("bench_generate.py", import.meta.url).pathname;
  const { stdout, status } = spawnSync(
    command,
    [script, join(folder, "model"), join(folder, "prompts.json"), String(NEW_TOKENS), String(threads)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (status !== 0) throw new Error(`Expected ${script} to end well, got exit code ${status}.`);
  return Number(stdout.trim());
}
