import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { aha, newFolder, smallRun } from "./cli-run.ts";

let folder: string;
let run: string;
beforeAll(() => {
  folder = newFolder();
  run = join(folder, "run");
  expect(aha(...smallRun(run, 1)).code).toBe(0);
});

describe("aha export", () => {
  test.each([
    ["hf", "out"],
    ["gguf", "out.gguf"],
  ])("--to %s writes a run's model, and aha takes it for one", async (to, name) => {
    const out = join(folder, name);
    const { code, stdout, stderr } = aha("export", run, "--to", to, "--out", out, "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: run, to, out, type: "f32" });
    expect(stderr).toContain(`to ${out}.`);
    expect((await loadCheckpoint(out)).parameters).toEqual((await loadCheckpoint(join(run, "final"))).parameters);
    const again = aha("export", run, "--to", to, "--out", out);
    expect([again.code, again.stdout]).toEqual([2, ""]);
    expect(again.stderr).toMatch(
      /^aha: Expected --out to be a new .*, which is there; choose another, or remove it\.\n$/,
    );
    const sampled = aha("sample", out, "--task", "countdown", "--problems", "1", "--seed", "5", "--json");
    expect(sampled.code, sampled.stderr).toBe(0);
    expect(sampled.stdout).toBe(
      aha("sample", join(run, "final"), "--task", "countdown", "--problems", "1", "--seed", "5", "--json").stdout,
    );
  });

  test("--to adapter writes what a run with --lora trained", () => {
    const adapted = join(folder, "adapted");
    expect(aha(...smallRun(adapted, 1), "--lora", "2").code).toBe(0);
    const out = join(folder, "adapter");
    const { code, stdout, stderr } = aha("export", adapted, "--to", "adapter", "--out", out, "--json");
    expect(code, stderr).toBe(0);
    // Rank times inputs and outputs of each layer's seven matrices, in three layers: q and o, k and v, the
    // feed-forward.
    expect(JSON.parse(stdout)).toMatchObject({
      to: "adapter",
      parameters: 2 * 3 * (2 * (128 + 128) + 2 * (128 + 32) + 3 * (128 + 192)),
    });
    for (const file of ["adapter_config.json", "adapter_model.safetensors"])
      expect(readFileSync(join(out, file)).equals(readFileSync(join(adapted, "adapter", file)))).toBe(true);
  });

  test.each([
    [
      "an unknown run",
      ["no-such-run", "--to", "hf", "--out", "x"],
      /^aha: Expected ".*no-such-run" to be a model \(.*\), got no such file or folder; correct the name\.\n$/,
    ],
    [
      "an adapter of a run without one",
      ["run", "--to", "adapter", "--out", "x"],
      /^aha: Expected a run trained with `lora`, got one whose weights were all trained; use --to hf\.\n$/,
    ],
    [
      "a type that there isn't",
      ["run", "--to", "gguf", "--out", "x.gguf", "--type", "q4"],
      /^aha: option '--type <type>' argument 'q4' is invalid\. Allowed choices are f32, f16, bf16, q8_0\.\n$/,
    ],
    [
      "a name that isn't a file's",
      ["run", "--to", "gguf", "--out", "x"],
      /^aha: Expected --out to end in \.gguf for --to gguf, got .*\n$/,
    ],
  ])("%s: one line, exit code 2, nothing written", (_, [model, ...flags], words) => {
    const place = join(folder, "empty");
    mkdirSync(place, { recursive: true });
    const { code, stdout, stderr } = aha(
      "export",
      join(folder, model!),
      ...flags.map((flag) => (flag.startsWith("x") ? join(place, flag) : flag)),
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
    expect(readdirSync(place)).toEqual([]);
  });
});
