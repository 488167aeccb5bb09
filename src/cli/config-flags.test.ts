import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SUMMARY } from "../../test/cli/fake-results.ts";
import { runWords as run } from "../../test/cli/run-words.ts";
import { newFolder } from "../../test/run/cli-run.ts";
import { shippedModel } from "../formats/shipped-model.ts";
import type { Compositions } from "./compositions.ts";
import { COMPOSITIONS } from "./wiring.ts";

const { config } = COMPOSITIONS;

function fileOf(value: unknown): string {
  const path = join(newFolder(), "config.json");
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

/** What a command gets of its flags and a file. */
async function received(words: string, value: unknown): Promise<unknown> {
  let got: unknown;
  const take = (options: unknown): Promise<never> => {
    got = options;
    return Promise.reject(new Error("taken"));
  };
  const jobs = { zero: take, sft: take, distil: take, r1: take } as unknown as Partial<Compositions>;
  const { error } = await run(`${words} --config ${fileOf(value)}`, jobs);
  if (got === undefined) return error;
  return got;
}

describe("--config", () => {
  test.each<readonly [string, object, object]>([
    ["zero --run r", { groupSize: 4, base: "b", preflight: false }, { groupSize: 4, base: "b", preflight: false }],
    ["zero --run r --group-size 16", { groupSize: 4, seed: 3 }, { groupSize: 16, seed: 3 }],
    ["zero --run r --data qa.jsonl", { task: "countdown", steps: 2 }, { data: "qa.jsonl", steps: 2 }],
    [
      "zero --run r --task arithmetic",
      { data: "qa.jsonl", goldKind: "maths" },
      { task: "arithmetic", goldKind: "maths" },
    ],
    ["sft --run r", { data: "d.jsonl", epochs: 2 }, { data: "d.jsonl", epochs: 2 }],
    ["distill --seeds 2", { teacher: "t", seeds: 3, student: "s" }, { teacher: "t", seeds: 2, student: "s" }],
    ["r1", { zeroSteps: 3 }, { zeroSteps: 3 }],
  ])("%s takes what no flag says", async (words, value, expected) => {
    expect(await received(words, value)).toMatchObject(expected);
    expect(await received(words, value)).not.toHaveProperty("config");
  });

  test.each<readonly [string, unknown, string]>([
    ["an unknown name", { groupSise: 4 }, "Did you mean --group-size?"],
    ["a wrong value", { groupSize: 1 }, "Expected --group-size to be an integer from 2 to 4096, got 1."],
    ["a value of another kind", { base: 3 }, "Expected --base to be a text, got 3."],
    ["a list", [1], "Expected an object of options in"],
    ["no JSON", "steps: 3", "Expected JSON"],
  ])("refuses %s", async (_name, value, message) => {
    expect(await received("zero --run r", value)).toContain(message);
  });

  test("and a file that isn't there", async () => {
    const { code, error } = await run("zero --config /nowhere.json");
    expect([code, error]).toEqual([2, 'aha: Can\'t read "/nowhere.json": it does not exist; check the path.\n']);
  });
});

describe("--print-config", () => {
  test("prints every option and runs nothing; --config takes it as it is", async () => {
    const zero = (): Promise<never> => Promise.reject(new Error("it ran"));
    const words = "zero --preset paper --learning-rate 3e-4 --print-config";
    const { code, out, error } = await run(words, { zero, config });
    expect([code, error]).toEqual([0, ""]);
    const printed = JSON.parse(out) as Record<string, unknown>;
    expect(printed).toMatchObject({
      groupSize: 16,
      learningRate: 3e-4,
      clipEpsilonHigh: 10,
      steps: 110,
      task: "countdown",
    });
    expect(printed).not.toHaveProperty("base");
    expect((await run(`zero --config ${fileOf(out)} --print-config`, { config })).out).toBe(out);
    // These two are what happens anyway.
    const { preflight: _preflight, thinking: _thinking, ...others } = printed;
    expect(await received("zero --run r", printed)).toEqual(others);
    const line = (await run(`${words} --json`, { zero, config })).out;
    expect(line.trimEnd()).not.toContain("\n");
    expect(JSON.parse(line)).toEqual(printed);
  });

  test.each([
    ["sft --data d", { data: "d", learningRate: 1e-3 }],
    ["distill --teacher t", { teacher: "t", samples: 8 }],
    ["r1 --seed 4", { seed: 4, zeroSteps: 110 }],
    [`zero --model ${shippedModel("countdown-small-base")} --minutes 2`, { steps: 1_000_000, minutes: 2 }],
    ["zero --model countdown-no-retries-base", { base: "countdown-no-retries-base", learningRate: 5e-4 }],
    ["sft --base countdown-small-base --data d", { base: "countdown-small-base", learningRate: 1e-3 }],
    ["r1 --base countdown-base", { base: "countdown-base" }],
    ["distill --teacher countdown-base --student repair-base", { teacher: "countdown-base", student: "repair-base" }],
    ["zero --model hf:owner/name", { base: "hf:owner/name", learningRate: 5e-4 }],
  ])("%s", async (words, expected) => {
    const { out, error } = await run(`${words} --print-config`, { config });
    expect(error).toBe("");
    expect(JSON.parse(out)).toMatchObject(expected);
  });

  test("mistakes are told", async () => {
    const { code, error } = await run("distill --print-config", { config });
    expect([code, error]).toEqual([2, expect.stringContaining("Expected one teacher")]);
  });
});

test("without them nothing changes", async () => {
  let got: unknown;
  const zero: Compositions["zero"] = (options) => {
    got = options;
    return Promise.resolve(SUMMARY);
  };
  await run("zero --run r --seed 2", { zero });
  expect(got).toEqual({ seed: 2 });
});
