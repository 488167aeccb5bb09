import { describe, expect, test } from "vitest";
import { placesOf } from "../options/index.ts";
import { ZERO, type ZeroOptions } from "./zero-groups.ts";
import { resolveZeroOptions } from "./zero-options.ts";
import { withoutPrecision } from "./recorded-options.ts";

const resolve = (given: Partial<ZeroOptions>, bySize: Partial<ZeroOptions> = {}): ZeroOptions =>
  resolveZeroOptions({ base: "b", ...given }, bySize);

describe("what an option is", () => {
  test("given, else by the size, else of the preset, else its default", () => {
    expect(resolve({})).toMatchObject({
      preset: "modern",
      groupSize: 8,
      formatWeight: 0,
      learningRate: 5e-4,
      steps: 110,
    });
    expect(resolve({ preset: "paper" })).toMatchObject({ groupSize: 16, formatWeight: 1, clipEpsilonHigh: 10 });
    expect(resolve({ preset: "paper", groupSize: 4 }).groupSize).toBe(4);
    expect(resolve({}, { learningRate: 1e-5 }).learningRate).toBe(1e-5);
    expect(resolve({ learningRate: 1e-3 }, { learningRate: 1e-5 }).learningRate).toBe(1e-3);
  });

  test("undefined is as if it were not there", () => {
    expect(resolve({ groupSize: undefined as never })).toEqual(resolve({}));
  });

  test("with a limit by the clock there is none by steps, unless both are given", () => {
    expect(resolve({ minutes: 1 }).steps).toBe(1_000_000);
    expect(resolve({ minutes: 1, steps: 5 }).steps).toBe(5);
  });
});

describe("what can't be used is one line", () => {
  test.each<readonly [object, string]>([
    [{ clipEpsilonHi: 9 }, 'Expected a known option, got "clipEpsilonHi". Did you mean `clipEpsilonHigh`?'],
    [{ rewards: [] }, 'Expected a known option, got "rewards".'],
    [{ groupSize: 1 }, "Expected `groupSize` to be an integer from 2 to 4096, got 1."],
    [{ preset: "papers" }, 'Expected `preset` to be one of paper, modern, got "papers".'],
    [{ loraTargets: ["x"] }, "Expected `loraTargets` to be some of q_proj, "],
    [{ overlongWeight: 1, overlongMargin: 65, maxCompletionTokens: 64 }, "from 1 to 64, got 65."],
    [{ generalPerStep: 2 }, "Expected a `rewardModel` to score what no rule decides on"],
  ])("%j", (given, message) => {
    expect(() => resolve(given as Partial<ZeroOptions>)).toThrow(message);
  });
});

test("every flag is its option's name in the stored config, as the command line reads it", () => {
  // A config's `kind` says what the run is, so the kind of golds has another name there.
  const kebab = (name: string): string =>
    name === "goldKind" ? "kind" : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  for (const { stored, option } of placesOf(ZERO)) {
    if (option.flag === null) continue;
    expect(option.flag.split(" ")[0]!.replace("--no-", "--")).toBe(`--${kebab(stored)}`);
  }
});

test("no option stands in two groups", () => {
  const names = placesOf(ZERO).map(({ stored }) => stored);
  expect(new Set(names).size).toBe(names.length);
});

describe("precision", () => {
  test("rollouts in few bits are this machine's alone", () => {
    expect(resolve({ rolloutPrecision: "int8" }).rolloutPrecision).toBe("int8");
    expect(() => resolve({ rolloutPrecision: "int4", samplers: "redis://localhost" })).toThrow(
      'Expected `rolloutPrecision` to be "float32" beside `samplers`, which write with the weights as they are, got "int4"; leave one of them out.',
    );
  });

  test("is recorded where it isn't float32 throughout", () => {
    expect(withoutPrecision({ steps: 1, basePrecision: "float32", rolloutPrecision: "float32" })).toEqual({ steps: 1 });
    expect(withoutPrecision({ basePrecision: "float16", rolloutPrecision: "int8" })).toEqual({
      basePrecision: "float16",
      rolloutPrecision: "int8",
    });
  });
});
