import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { SHIPPED_MODELS } from "../formats/shipped-model.ts";
import { pinned, placed } from "./pinned-model.ts";

const WATCH = { signal: new AbortController().signal, onEvent: () => undefined };

test.each(SHIPPED_MODELS)("%s is known by its name", async (name) => {
  const folder = await pinned(name, WATCH);
  expect(basename(folder)).toBe(name);
  expect(existsSync(join(folder, "model.safetensors"))).toBe(true);
  expect(placed(name)).toBe(folder);
});

test("what has another name stays as it is", async () => {
  for (const name of ["./countdown-base", "models/countdown-base", "countdown", "src"])
    expect([await pinned(name, WATCH), placed(name)]).toEqual([name, name]);
});

test("where nothing is to be fetched a model of the hub keeps its name, and an adapter's base is known", () => {
  expect(placed("hf:owner/name")).toBe("hf:owner/name");
  expect(placed("hf:owner/adapter+countdown-base")).toBe(`hf:owner/adapter+${placed("countdown-base")}`);
});
