import { MessageChannel } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { engineFor, type Engine, type ProgramOptions } from "../../engine/index.ts";
import { clippedPolicyLoss, lossSpec } from "../../losses/index.ts";
import { initialAdapter } from "../../model/lora.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import { initialParameters } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { SamplingOptions } from "../sampling/sampling-request.ts";
import { workOn, type PolicyWorkerCalls, type RequestCompletions } from "./policy-worker.ts";
import { shareState } from "./shared-state.ts";

const cpu = await engineFor("cpu");
afterAll(() => cpu.dispose());

/** Operators of the graphs that an engine was given. */
const operators = new Set<string>();
/** How the graphs that give gradients were compiled. */
let training: ProgramOptions[] = [];

/** The CPU as a device that copies what it is given at each run. */
const copying: Engine = {
  device: "copying",
  isApart: false,
  copiesInputs: true,
  hasFloat16: () => Promise.resolve(true),
  compile: (graph, options) => {
    for (const { operator } of graph.nodes) operators.add(operator);
    return cpu.compile(graph, options);
  },
  tensor: (data, dims) => cpu.tensor(data, dims),
  zeros: (dims) => cpu.zeros(dims),
  dispose: () => cpu.dispose(),
};

/** The CPU, noting how it compiles what trains. */
const noted: Engine = {
  ...copying,
  device: "cpu",
  copiesInputs: false,
  compile: (graph, options) => {
    if (graph.outputs.some(({ name }) => name === "loss")) training.push(options ?? {});
    return cpu.compile(graph, options);
  },
};

const CONFIG = tinyConfig({ eosTokenIds: [3] });
const OPTIONS: SamplingOptions = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 8, slots: 4 };
const REQUESTS = [4, 2, 6].map((length, request) => ({
  prompt: Array.from({ length }, (_, i) => (i * 3 + request) % 11),
  keys: [0, 1, 2].map((sample) => splitKey(randomKey(7), request, sample)),
}));

/** Two steps of a worker: it writes, learns from what it wrote, and scores it. */
async function steps(engine: Engine, isAdapted: boolean, options: SamplingOptions, lean: boolean = false) {
  const lora = { rank: 2, alpha: 4, targets: LORA_TARGETS };
  const base = initialParameters(CONFIG, randomKey(1)).map((value) => (value === 1 ? 1 : value * 12));
  const adapter = initialAdapter(CONFIG, lora, "base", randomKey(2)).parameters.map(
    (value, i) => value + Math.sin(i) / 9,
  );
  const told: RequestCompletions[] = [];
  const { port1, port2 } = new MessageChannel();
  const init = {
    device: engine.device,
    config: CONFIG,
    positions: 64,
    tokenBudget: 4096,
    recompute: false,
    threads: 1,
    lean,
    packing: false,
    adapted: isAdapted ? { parameters: base, lora } : undefined,
    shared: shareState(isAdapted ? adapter : base, 1),
    index: 0,
    // Micro-batches are cut otherwise than a device's: what should be 0 is 1e-8, which must not become a whole step.
    optimizer: { epsilon: 1e-3 },
    basePrecision: "float32" as const,
    orders: port2,
  };
  const calls: PolicyWorkerCalls = await workOn(engine, init, (notice) => told.push(notice as RequestCompletions));
  const said: string[] = [];
  const scores: Float32Array[][] = [];
  for (let step = 0; step < 2; step++) {
    told.length = 0;
    expect(await calls.sample(REQUESTS, options, new SharedArrayBuffer(4))).toEqual([]);
    const groups = told.sort((a, b) => a.request - b.request);
    const sequences = groups.flatMap(({ request, completions }) =>
      completions.map(({ tokens, logprobs }, i) => ({
        promptTokens: REQUESTS[request]!.prompt,
        tokens,
        weight: 0.1,
        advantage: i - 1,
        oldLogprobs: logprobs,
        refLogprobs: logprobs,
      })),
    );
    expect(sequences).toHaveLength(9);
    said.push(...sequences.map(({ tokens }) => tokens.join(" ")));
    const loss = lossSpec(clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.01 }));
    await calls.gradients({ loss, sequences, temperature: 1 });
    await calls.update(0.05, 1);
    scores.push(await calls.score({ model: "policy", sequences, temperature: 1 }));
  }
  port1.close();
  return { said, scores };
}

describe("a device that copies what it is given", () => {
  test.each([
    ["all weights", false, {}, true],
    ["an adapter", true, {}, true],
    ["an adapter, within the likeliest", true, { topK: 4 }, false],
  ])("writes and learns as the CPU does: %s", async (_name, isAdapted, change, byLoop) => {
    const options = { ...OPTIONS, ...change };
    const expected = await steps(cpu, isAdapted, options);
    operators.clear();
    const found = await steps(copying, isAdapted, options);
    expect(operators.has("Loop")).toBe(byLoop);
    expect(found.said).toEqual(expected.said);
    // What is written follows the update.
    expect(expected.said.slice(9)).not.toEqual(expected.said.slice(0, 9));
    expected.scores
      .flat()
      .forEach((logprobs, i) =>
        logprobs.forEach((logprob, t) => expect(found.scores.flat()[i]![t]).toBeCloseTo(logprob, 4)),
      );
  });
});

describe("a large model gives memory back after every run, to the same bits", () => {
  test.each([
    ["all weights", false, false],
    ["an adapter, of whose gradients the results take each other's place", true, true],
  ])("%s", async (_name, isAdapted, isPooled) => {
    training = [];
    expect(await steps(noted, isAdapted, OPTIONS, true)).toEqual(await steps(cpu, isAdapted, OPTIONS));
    expect(training.length).toBeGreaterThan(0);
    for (const { lean, pooled } of training) expect([lean, pooled]).toEqual([true, isPooled]);
  });
});
