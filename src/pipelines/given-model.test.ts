import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { CheckpointError } from "../errors.ts";
import { exportModel } from "../export/export-model.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { createRunStore } from "../store/index.ts";
import { givenModel } from "./given-model.ts";
import { planR1 } from "./run-r1.ts";

const BASE = new URL("../../models/countdown-small-base", import.meta.url).pathname;
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv("HF_HUB_CACHE", join(folder, "hub"));
  vi.stubEnv("HF_HUB_OFFLINE", "1");
});
afterEach(() => vi.unstubAllEnvs());

function copy(name: string): string {
  const to = join(folder, name);
  cpSync(BASE, to, { recursive: true });
  return to;
}

/** The weights as one shard that an index names. */
function sharded(name: string): string {
  const model = copy(name);
  const weights = join(model, "model.safetensors");
  const tensors = [...readSafetensors(readFileSync(weights), weights).tensors.keys()];
  const shard = "model-00001-of-00001.safetensors";
  renameSync(weights, join(model, shard));
  const json = { weight_map: Object.fromEntries(tensors.map((tensor) => [tensor, shard])) };
  writeFileSync(`${weights}.index.json`, JSON.stringify(json));
  return model;
}

function run(name: string): string {
  const to = join(folder, name);
  createRunStore(to, { kind: "zero" }).close();
  cpSync(BASE, join(to, "final"), { recursive: true });
  return to;
}

async function gguf(name: string): Promise<string> {
  const out = join(folder, `${name}.gguf`);
  await exportModel(BASE, { to: "gguf", out });
  return out;
}

/** A model as the hub's cache holds it. */
function cached(repo: string): string {
  const to = join(folder, "hub", `models--${repo.replace("/", "--")}`);
  cpSync(BASE, join(to, "snapshots", COMMIT), { recursive: true });
  mkdirSync(join(to, "refs"), { recursive: true });
  writeFileSync(join(to, "refs", "main"), COMMIT);
  return `hf:${repo}`;
}

const keyOf = async (model: string): Promise<string> => (await givenModel(model)).key;

describe("the name of a model that was there before", () => {
  test("is the hash of a folder's config, weights and tokenizer, as it was before its tags were no special tokens", async () => {
    const hash = createHash("sha256");
    for (const file of ["config.json", "model.safetensors"]) hash.update(readFileSync(join(BASE, file)));
    const tokenizer = readFileSync(join(BASE, "tokenizer.json"), "utf8");
    const older = tokenizer.replaceAll('"special": false', '"special": true');
    expect(older).not.toBe(tokenizer);
    hash.update(older);
    expect(await givenModel(BASE)).toEqual({ name: "model", key: hash.digest("hex"), folder: BASE });
    const before = copy("before");
    writeFileSync(join(before, "tokenizer.json"), older);
    expect(await keyOf(before)).toBe(await keyOf(BASE));
    // Anything else in it is another model.
    writeFileSync(join(before, "tokenizer.json"), older.replace('"lstrip": false', '"lstrip": true'));
    expect(await keyOf(before)).not.toBe(await keyOf(BASE));
  });

  test("is the same wherever the model lies: in a run, in the hub's cache, beside other files", async () => {
    const expected = await keyOf(BASE);
    expect(await keyOf(run("run"))).toBe(expected);
    expect(await keyOf(cached("org/model"))).toBe(expected);
    const other = copy("other");
    writeFileSync(join(other, "notes.txt"), "mine");
    expect(await keyOf(other)).toBe(expected);
  });

  test("changes with whatever is loaded, in each form", async () => {
    const model = sharded("sharded");
    const before = await keyOf(model);
    appendFileSync(join(model, "tokenizer_config.json"), " ");
    const after = await keyOf(model);
    appendFileSync(join(model, "model-00001-of-00001.safetensors"), "x");
    const file = await gguf("small");
    const whole = await keyOf(file);
    appendFileSync(file, "x");
    const keys = [before, after, await keyOf(model), whole, await keyOf(file), await keyOf(BASE)];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each([
    ["nothing", (at: string) => join(at, "none"), /got no such file or folder; correct the name\.$/],
    ["an empty folder", (at: string) => at, /got a folder without config\.json; correct the name\.$/],
    ["a file", (at: string) => join(at, "model.pt"), /got another kind of file; correct the name\.$/],
    ["a name of the hub without hf:", () => "no-owner/no-model", /for one of the hub write hf:no-owner\/no-model\.$/],
    ["a run that has trained nothing", (at: string) => join(at, "run"), /to hold a trained model in final\//],
  ])("is refused for %s, in one line", async (_, named, message) => {
    writeFileSync(join(folder, "model.pt"), "");
    createRunStore(join(folder, "run"), { kind: "zero" }).close();
    const error: unknown = await givenModel(named(folder)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });
});

test("R1 is planned from any form", async () => {
  const plan = async (base: string): Promise<string[]> =>
    (await planR1({ base, folder: join(folder, "r1") })).map((stage) => stage.folder);
  const expected = await plan(BASE);
  expect(expected.length).toBeGreaterThan(10);
  expect(await plan(run("base-run"))).toEqual(expected);
  expect(await plan(cached("org/base"))).toEqual(expected);
  const others = [await plan(sharded("shards")), await plan(await gguf("base"))];
  for (const stages of others) expect(stages).toHaveLength(expected.length);
  expect(others.flat().filter((stage) => expected.includes(stage))).toEqual([]);
});
