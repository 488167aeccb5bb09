import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { SHIPPED_MODELS } from "../formats/shipped-model.ts";
import { pinned } from "./pinned-model.ts";

const WATCH = { signal: new AbortController().signal, onEvent: () => undefined };

test.each(SHIPPED_MODELS)("%s is known by its name", async (name) => {
  const folder = await pinned(name, WATCH);
  expect(basename(folder)).toBe(name);
  expect(existsSync(join(folder, "model.safetensors"))).toBe(true);
});

test("what has another name stays as it is", async () => {
  for (const name of ["./countdown-base", "models/countdown-base", "countdown", "src"])
    expect(await pinned(name, WATCH)).toBe(name);
});
