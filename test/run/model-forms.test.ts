import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Watch } from "../../src/cli/compositions.ts";
import { COMPOSITIONS } from "../../src/cli/wiring.ts";
import { CheckpointError } from "../../src/errors.ts";
import { adapterFiles } from "../../src/formats/adapter-files.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { writeFolderAtomically } from "../../src/host/write-folder.ts";
import { initialAdapter } from "../../src/model/lora.ts";
import { givenModel } from "../../src/pipelines/given-model.ts";
import { resolveR1Options } from "../../src/pipelines/r1-options.ts";
import { r1Stages } from "../../src/pipelines/r1.ts";
import { StageRunner } from "../../src/pipelines/stage-runner.ts";
import { randomKey } from "../../src/random.ts";
import { createRunStore, openRunStore } from "../../src/store/index.ts";
import { taskModule } from "../judging/own-verifiers.ts";
import { newFolder } from "./cli-run.ts";

const BASE = fileURLToPath(new URL("../../models/countdown-small-base", import.meta.url));
const WATCH: Watch = { signal: new AbortController().signal, onEvent: () => undefined };
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const root = newFolder();
const task = taskModule("() => true");

beforeAll(async () => {
  for (const [name, value] of [
    ["AHA_CONFIG_DIR", join(root, "config")],
    ["HF_HUB_CACHE", join(root, "hub")],
    ["HF_HUB_OFFLINE", "1"],
  ] as const)
    vi.stubEnv(name, value);
  // One file of weights as a shard.
  cpSync(BASE, join(root, "shards"), { recursive: true });
  const weights = join(root, "shards", "model.safetensors");
  const tensors = [...readSafetensors(readFileSync(weights), weights).tensors.keys()];
  const shard = "model-00001-of-00001.safetensors";
  renameSync(weights, join(root, "shards", shard));
  const index = { weight_map: Object.fromEntries(tensors.map((tensor) => [tensor, shard])) };
  writeFileSync(`${weights}.index.json`, JSON.stringify(index));
  await COMPOSITIONS.export({ model: BASE, to: "gguf", out: join(root, "small.gguf") }, WATCH);
  const { config } = await loadCheckpoint(BASE);
  const lora = { rank: 2, alpha: 4, targets: ["q_proj"] as const };
  const adapter = initialAdapter(config, lora, join(root, "small.gguf"), randomKey(1));
  await writeFolderAtomically(join(root, "adapter"), adapterFiles(config, adapter));
  createRunStore(join(root, "earlier"), { kind: "zero", task: "countdown", template: "compact" }).close();
  cpSync(BASE, join(root, "earlier", "final"), { recursive: true });
  const cached = join(root, "hub", "models--org--small");
  cpSync(BASE, join(cached, "snapshots", COMMIT), { recursive: true });
  mkdirSync(join(cached, "refs"));
  writeFileSync(join(cached, "refs", "main"), COMMIT);
  const pair = { prompt: "<bos> 1 2 make 3 :", chosen: "<think> 1 + 2 = 3 yes </think>", rejected: "<think> 1" };
  const pairs = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? pair : { ...pair, prompt: `<bos> ${i} 2 make 3 :`, chosen: pair.rejected, rejected: pair.chosen },
  );
  writeFileSync(join(root, "pairs.jsonl"), pairs.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const { prompt, chosen } = pair;
  writeFileSync(
    join(root, "data.jsonl"),
    `${JSON.stringify({ prompt, completion: `${chosen} <answer> 1 + 2 </answer>` })}\n`.repeat(4),
  );
});
afterAll(() => vi.unstubAllEnvs());

const FORMS: readonly string[] = ["shards", "small.gguf", "adapter", "earlier", "hf:org/small"];
/** What takes seconds is tried with the forms that differ most from a folder. */
const SLOW_FORMS: readonly string[] = ["small.gguf", "adapter", "earlier"];
const SLOW: readonly string[] = ["zero", "sft", "reward-model", "distill"];
const named = (form: string): string => (form.startsWith("hf:") ? form : join(root, form));
const SHORT = { workers: 1, maxCompletionTokens: 24, task } as const;
const MEASURED = { ...SHORT, evaluationProblems: 1, evaluationSamples: 1 } as const;

/** What each command leaves or gives, which shows that it worked on the model. */
const COMMANDS: Readonly<Record<string, (model: string, out: string) => Promise<unknown>>> = {
  preview: async (model) => (await COMPOSITIONS.preview({ model, task }, WATCH)).prompts[0]!.text,
  eval: async (model) =>
    (await COMPOSITIONS.evaluate({ model, ...SHORT, problems: 1, samples: 1 }, WATCH)).meanLength > 0,
  chat: async (model) => {
    const chat = await COMPOSITIONS.chat({ model, maxCompletionTokens: 4 }, WATCH);
    const { tokens } = await chat.say("1 2 make 3");
    await chat.close();
    return tokens > 0;
  },
  export: async (model, out) => (await COMPOSITIONS.export({ model, to: "hf", out }, WATCH)).parameters > 0,
  zero: async (model, out) => {
    const few = { steps: 1, problemsPerStep: 2, groupSize: 2, preflight: false } as const;
    const options = { base: model, ...MEASURED, ...few, evaluationSplit: "heldOut" } as const;
    await COMPOSITIONS.zero(options, { ...WATCH, runFolder: out });
    const store = openRunStore(out, { readOnly: true });
    const [started] = store.states();
    store.close();
    return started!.detail;
  },
  sft: async (model, out) => {
    const options = { base: model, ...MEASURED, data: join(root, "data.jsonl"), epochs: 1, batchSize: 4 };
    return (await COMPOSITIONS.sft(options, { ...WATCH, runFolder: out })).steps;
  },
  "reward-model": async (model, out) => {
    const options = { base: model, pairs: join(root, "pairs.jsonl"), out, epochs: 1, batchSize: 4, workers: 1 };
    return (await COMPOSITIONS.rewardModel(options, WATCH)).pairs > 0;
  },
  distill: async (model, out) => {
    const options = { teacher: model, student: model, ...SHORT, maxCompletionTokens: 64, samples: 2, epochs: 1 };
    const { students } = await COMPOSITIONS.distil(options, { ...WATCH, folder: out });
    return existsSync(join(students[0]!.folder, "final", "model.safetensors"));
  },
  "r1 --plan": async (model, out) => (await COMPOSITIONS.planR1({ base: model }, out)).length > 10,
};

describe.each(Object.keys(COMMANDS))("aha %s", (command) => {
  test.each(SLOW.includes(command) ? SLOW_FORMS : FORMS)("takes %s", async (form) => {
    const given = await COMMANDS[command]!(named(form), join(newFolder(), "out"));
    // What a run says of its base.
    if (command === "zero") expect(given).toBe(form);
    else expect(given).toBeTruthy();
  });

  test("says in one line what a model may be", async () => {
    const error: unknown = await COMMANDS[command]!(join(root, "hub"), join(newFolder(), "out")).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(
      /hub" to be a model \(a folder with config\.json, a \.gguf file, hf:owner\/name, an adapter's folder, adapter\+base, or a run's\), got a folder without config\.json; correct the name\.$/,
    );
  });
});

test("R1's stages start from an adapter on a .gguf file", async () => {
  const runner = new StageRunner(join(newFolder(), "r1"));
  const options = resolveR1Options({ task, workers: 1, zeroSteps: 1, problems: 1, maxCompletionTokens: 24 });
  const { models, measures } = r1Stages(runner, await givenModel(join(root, "adapter")), options);
  expect((await runner.result(measures.Base)).evaluation.meanLength).toBeGreaterThan(0);
  expect((await runner.result(models.Zero)).steps).toBe(1);
});

test("an adapter that was trained on a run names a folder that PEFT knows", async () => {
  const run = join(newFolder(), "run");
  const few = { steps: 1, problemsPerStep: 2, groupSize: 2, preflight: false, lora: 2 } as const;
  await COMPOSITIONS.zero({ base: named("earlier"), ...MEASURED, ...few }, { ...WATCH, runFolder: run });
  const json = JSON.parse(readFileSync(join(run, "adapter", "adapter_config.json"), "utf8")) as object;
  expect(json).toMatchObject({ base_model_name_or_path: join(root, "earlier", "final") });
  expect((await loadCheckpoint(join(run, "adapter"))).parameters).toEqual((await loadCheckpoint(run)).parameters);
});
