import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { openRunStore } from "../../src/store/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";
import { runZero } from "../../src/training/run-zero.ts";
import type { ZeroOptions } from "../../src/training/zero-groups.ts";
import { newFolder, startAha } from "../run/cli-run.ts";
import { FakeTinker, type FakeTinkerOptions } from "./fake-tinker.ts";

const BASE = "models/countdown-base";
const STEPS = 3;

let base: Checkpoint;
const servers: FakeTinker[] = [];

beforeAll(async () => {
  base = await loadCheckpoint(BASE);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function fake(options: Partial<FakeTinkerOptions> = {}): Promise<FakeTinker> {
  const server = await new FakeTinker({ base, name: BASE, backend: "jax", ...options }).start();
  servers.push(server);
  return server;
}

const SMALL: Partial<ZeroOptions> = {
  steps: STEPS,
  seed: 3,
  problemsPerStep: 4,
  groupSize: 8,
  maxCompletionTokens: 32,
  evaluationProblems: 4,
  evaluationSamples: 1,
  preflight: false,
  learningRate: 3e-3,
  lora: 4,
  enginePatience: 0.2,
};

function zero(folder: string, engine: string, given: Partial<ZeroOptions> = {}): ReturnType<typeof runZero> {
  return runZero(folder, { ...SMALL, base: BASE, engine, ...given });
}

/** The same as flags. */
function flags(folder: string, engine: string): string[] {
  const counts = Object.entries({
    "--steps": STEPS,
    "--seed": 3,
    "--problems-per-step": 4,
    "--group-size": 8,
    "--max-completion-tokens": 32,
    "--evaluation-problems": 4,
    "--evaluation-samples": 1,
    "--learning-rate": 3e-3,
    "--lora": 4,
    "--engine-patience": 0.2,
  }).flatMap(([flag, value]) => [flag, String(value)]);
  return ["zero", "--engine", engine, "--model", BASE, "--run", folder, "--no-preflight", ...counts];
}

/** What the steps of a run learnt: nothing of it may depend on what befell the server or the run. */
function learnt(folder: string): unknown[] {
  const store = openRunStore(folder, { readOnly: true });
  try {
    const figures = store
      .metrics()
      .map((line) => ("accuracy" in line ? [line.accuracy, line.loss, line.gradNorm] : []));
    const texts = [...store.rollouts()].map(({ rollout }) => rollout.text);
    expect(texts.length).toBe(32 * STEPS);
    return [figures, texts];
  } finally {
    store.close();
  }
}

/** Optimizer steps that a run has recorded: a batch without signal makes none. */
function updatesOf(folder: string): number {
  const store = openRunStore(folder, { readOnly: true });
  const lines = store.metrics();
  store.close();
  const updates = lines.map((line) => ("updates" in line ? (line.updates ?? 0) : 0));
  expect(Math.max(...updates)).toBeGreaterThan(0);
  return updates.reduce((sum, made) => sum + made, 0);
}

/** What a process has loaded, in all of its threads: Linux keeps it as a file. */
function librariesOf(pid: number): string {
  return readFileSync(`/proc/${pid}/maps`, "utf8");
}

function servedOf(folder: string, step: number): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, "checkpoints", `step-${step}`, "served.json"), "utf8")) as never;
}

describe("aha zero on a server of the Tinker API", () => {
  test("trains without loading onnxruntime, and says what is where", async () => {
    const folder = join(newFolder(), "run");
    const server = await fake();
    const { child, ended, text } = startAha(...flags(folder, server.engine));
    let loaded = "";
    server.fail("save_weights", async () => void (loaded = librariesOf(child.pid!)), 2);
    expect(await ended, text()).toBe(0);
    expect(loaded).toContain("libc");
    expect(loaded).not.toContain("onnxruntime");
    // The server behind it, in this process, computes by it.
    expect(librariesOf(process.pid)).toContain("onnxruntime");
    expect(text()).toContain(`The trained weights are on ${server.engine}`);
    expect(text()).not.toContain("aha chat");
    const store = openRunStore(folder, { readOnly: true });
    const { config } = store;
    const lines = store.metrics();
    // What the page, the report and the list call the model.
    expect(store.firstState?.detail).toBe(`${BASE} on ${server.engine}, without replay to the byte`);
    store.close();
    expect(config).toMatchObject({ engine: server.engine, servedModel: BASE, lora: 4, clipNorm: 0 });
    for (const name of ["baseSha256", "tokenizer", "enginePatience"]) expect(config).not.toHaveProperty(name);
    expect(lines.map((line) => "engine" in line && line.engine)).toEqual(
      lines.map(() => ({ name: "tinker", version: "Fake Tinker 1.2.3", device: "by JAX; not told which" })),
    );
    expect(Math.max(...lines.map((line) => ("samplerGap" in line ? (line.samplerGap ?? 1) : 1)))).toBeLessThan(1e-4);
    expect(servedOf(folder, STEPS)).toMatchObject({ engine: server.engine, updates: updatesOf(folder), rank: 4 });
    expect(existsSync(join(folder, "final"))).toBe(false);
  });

  test("the adapter that it gives is one that can be put on the base here", async () => {
    const folder = join(newFolder(), "run");
    await zero(folder, (await fake()).engine);
    const trained = await loadCheckpoint(`${join(folder, "adapter")}+${BASE}`);
    const largest = trained.parameters.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - base.parameters[i]!)),
      0,
    );
    expect(largest).toBeGreaterThan(1e-4);
  });

  test("a server killed in a step, a run killed in a step: the same as if nothing had happened", async () => {
    const quiet = join(newFolder(), "run");
    await zero(quiet, (await fake()).engine);
    const expected = learnt(quiet);

    const killed = join(newFolder(), "run");
    const restarted = await fake();
    restarted.fail("optim_step", async () => restarted.restart(), 1);
    restarted.fail("asample", async () => restarted.restart(), 14);
    await zero(killed, restarted.engine);
    expect(learnt(killed)).toEqual(expected);
    expect(servedOf(killed, STEPS)).toMatchObject({ updates: updatesOf(killed) });

    const stopped = join(newFolder(), "run");
    const server = await fake();
    const { child, ended, text } = startAha(...flags(stopped, server.engine));
    // Behind the second update on the server, before its checkpoint here.
    server.fail("save_weights", async () => void child.kill("SIGKILL"), 2);
    await ended;
    expect(text()).toContain("step 1/");
    await expect(resumeRun(stopped)).rejects.toThrow(
      /Expected `engine`, as the run is trained on .*give that address\.$/,
    );
    await resumeRun(stopped, { changes: { engine: server.engine } });
    expect(learnt(stopped)).toEqual(expected);
    expect(servedOf(stopped, STEPS)).toMatchObject({ updates: updatesOf(stopped) });
  });

  test("a server that forgets ends it with one line and code 2; it goes on when the weights are back", async () => {
    const folder = join(newFolder(), "run");
    const server = await fake();
    server.fail("forward_backward", async () => server.hide(), 2);
    const first = startAha(...flags(folder, server.engine));
    expect(await first.ended).toBe(2);
    const last = first.text().trim().split("\n").at(-1)!;
    expect(last).toMatch(
      /^aha: Expected tinker\+http:.* to hold "tinker:.*go on with `aha resume`, or begin another run\.$/,
    );
    await expect(resumeRun(folder, { changes: { engine: server.engine } })).rejects.toThrow(/to hold "tinker:/);
    server.unhide();
    const summary = await resumeRun(folder, { changes: { engine: server.engine } });
    expect(summary).toMatchObject({ steps: STEPS, server: server.engine });
  });

  test("several updates of a batch, by the clip of the server", async () => {
    const folder = join(newFolder(), "run");
    const server = await fake();
    await zero(folder, server.engine, { minibatches: 2, steps: 2 });
    expect(updatesOf(folder)).toBeGreaterThan(2);
    expect(server.updates).toBe(updatesOf(folder));
    expect(servedOf(folder, 2)).toMatchObject({ updates: server.updates });
  });
});

describe("what can't be done there is refused by name, before a server is asked", () => {
  const NOWHERE = "tinker+http://127.0.0.1:1";
  test.each<[Partial<ZeroOptions>, RegExp]>([
    [{ klCoefficient: 0.1 }, /`klCoefficient` to be 0 with `engine`, as the Tinker API has no KL penalty, got 0.1/],
    [{ preset: "paper" }, /`klCoefficient` to be 0/],
    [{ clipNorm: 1 }, /`clipNorm` to be 0/],
    [{ temperature: 0.7 }, /`temperature` to be 1/],
    [{ lora: 0 }, /`lora` to be 1 or more/],
    [{ loraAlpha: 16 }, /`loraAlpha` to be left out/],
    [{ loraTargets: ["q_proj"] }, /`loraTargets` to be left out/],
    [{ critic: true }, /`critic` to be left out/],
    [{ recompute: true }, /`recompute` to be left out/],
    [{ lag: 1 }, /neither `open` nor `lag`/],
    [{ engine: "http://127.0.0.1:1" }, /`engine` to be tinker\+http:/],
    [{ engine: "tinker+http://user:secret@host" }, /give the key by TINKER_API_KEY\.$/],
    [{ engine: "", tokenizer: BASE }, /`tokenizer` with `engine` alone/],
    [{ base: "" }, /`base` to name the server's model/],
    [{ base: "Qwen/Qwen3-4B" }, /give their folder \(config.json and tokenizer.json\) as `tokenizer`/],
  ])("%j", async (given, words) => {
    const folder = join(newFolder(), "run");
    await expect(zero(folder, NOWHERE, given)).rejects.toThrow(words);
    await expect(zero(folder, NOWHERE, given)).rejects.not.toThrow(/secret/);
    expect(existsSync(folder)).toBe(false);
  });

  test("a run of this machine doesn't go on there", async () => {
    const folder = join(newFolder(), "run");
    await runZero(folder, { ...SMALL, base: BASE, steps: 1, lora: 0 });
    await expect(resumeRun(folder, { changes: { engine: NOWHERE } })).rejects.toThrow(/got one of this machine/);
  });

  test("a tokenizer of a folder without weights is enough", async () => {
    const place = join(newFolder(), "tokenizer");
    mkdirSync(place);
    for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"])
      writeFileSync(join(place, name), readFileSync(join(BASE, name)));
    const server = await fake({ name: "Qwen/Qwen3-4B" });
    const folder = join(newFolder(), "run");
    await zero(folder, server.engine, { base: "Qwen/Qwen3-4B", tokenizer: place, steps: 1 });
    expect(servedOf(folder, 1)).toMatchObject({ model: "Qwen/Qwen3-4B" });
  });

  test("a checkpoint that was edited is named", async () => {
    const folder = join(newFolder(), "run");
    const server = await fake();
    await zero(folder, server.engine, { steps: 1 });
    const path = join(folder, "checkpoints", "step-1", "served.json");
    writeFileSync(path, JSON.stringify({ ...servedOf(folder, 1), updates: -3 }));
    const resumed = resumeRun(folder, { changes: { engine: server.engine, steps: 2 } });
    await expect(resumed).rejects.toThrow(/`updates` in .*served\.json to be an integer/);
  });
});
