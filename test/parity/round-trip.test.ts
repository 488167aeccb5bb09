import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../../src/formats/checkpoint.ts";
import { saveGguf } from "../../src/formats/gguf/save-gguf.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";

const pathOf = (name: string): string => new URL(name, import.meta.url).pathname;
const FOLDERS = readdirSync(pathOf("fixtures"));
const GGUF_FILES = ["llama", "llama-linear-rope", "llama-q8", "llama31", "qwen2", "qwen3"];

function expectSame(found: Checkpoint, expected: Checkpoint): void {
  expect(found.config).toEqual(expected.config);
  expect(new Uint32Array(found.parameters.buffer)).toEqual(new Uint32Array(expected.parameters.buffer));
  expect(found.tokenizer.json).toEqual(expected.tokenizer.json);
}

test.each(FOLDERS)("transformers' folder %s: loaded, saved and loaded again, bit for bit", async (name) => {
  const original = await loadCheckpoint(pathOf(`fixtures/${name}`));
  const folder = join(temporaryFolder(), "saved");
  await saveCheckpoint(folder, original);
  expectSame(await loadCheckpoint(folder), original);
  const first = readFileSync(join(folder, "model.safetensors"));
  await saveCheckpoint(folder, await loadCheckpoint(folder));
  expect(readFileSync(join(folder, "model.safetensors")).equals(first)).toBe(true);
});

test.each(GGUF_FILES)(
  "gguf's own file %s.gguf: loaded, saved in either form and loaded again, bit for bit",
  async (name) => {
    const original = await loadCheckpoint(pathOf(`gguf/${name}.gguf`));
    const folder = temporaryFolder();
    await saveGguf(join(folder, "saved.gguf"), original);
    expectSame(await loadCheckpoint(join(folder, "saved.gguf")), original);
    await saveCheckpoint(join(folder, "saved"), original);
    expectSame(await loadCheckpoint(join(folder, "saved")), original);
  },
);
