import { describe, expect, expectTypeOf, test } from "vitest";
import { nearestName } from "./nearest-name.ts";
import {
  choice,
  decimal,
  flatten,
  integer,
  names,
  optionGroup,
  resolveGroup,
  resolveSet,
  text,
  toggle,
  unflatten,
  type FlatValues,
  type GroupValues,
} from "./index.ts";

const SAMPLING = optionGroup("sampling", "Sampling", {
  groupSize: integer({ from: 2, to: 4096, fallback: 8, flag: "--group-size <n>", help: "completions of each problem" }),
  temperature: decimal({ from: 0.01, fallback: 1, flag: "--temperature <t>", help: "of sampling" }),
  greedy: toggle({ fallback: false, flag: null, help: "the likeliest token" }),
});
const EVALUATION = optionGroup("evaluation", "Evaluation", {
  samples: integer({ from: 1, fallback: 4, flag: "--samples <k>", help: "samples", stored: "evaluationSamples" }),
  split: choice(["heldOut", "validation"], { fallback: "heldOut", flag: null, help: "of problems" }),
  layers: names(["a", "b"], { fallback: ["a", "b"], flag: null, help: "layers" }),
  template: text({ fallback: "", flag: null, help: "a template" }),
});
const SET = { sampling: SAMPLING, evaluation: EVALUATION };

test("what is given counts, then the other sources in order, then the default", () => {
  const resolved = resolveGroup(SAMPLING, { groupSize: 4 }, { groupSize: 5, temperature: 0.7 });
  expect(resolved).toEqual({ groupSize: 4, temperature: 0.7, greedy: false });
  expectTypeOf<GroupValues<typeof SAMPLING>>().toEqualTypeOf<{
    readonly groupSize: number;
    readonly temperature: number;
    readonly greedy: boolean;
  }>();
});

describe("what doesn't fit is one line", () => {
  test.each([
    [{ groupSize: 1 }, "Expected `groupSize` to be an integer from 2 to 4096, got 1."],
    [{ groupSize: 2.5 }, "Expected `groupSize` to be an integer from 2 to 4096, got 2.5."],
    [{ groupSize: "8" }, 'Expected `groupSize` to be an integer from 2 to 4096, got "8".'],
    [{ groupSize: null }, "Expected `groupSize` to be an integer from 2 to 4096, got null."],
    [{ temperature: Number.NaN }, "Expected `temperature` to be a number from 0.01 up, got NaN."],
    [{ temperature: Infinity }, "Expected `temperature` to be a number from 0.01 up, got Infinity."],
    [{ greedy: 1 }, "Expected `greedy` to be true or false, got 1."],
    [{ grupSize: 4 }, 'Expected a known option of `sampling`, got "grupSize". Did you mean `groupSize`?'],
    [{ zzz: 4 }, 'Expected a known option of `sampling`, got "zzz". The names are groupSize, temperature, greedy.'],
    [JSON.parse('{"__proto__":{}}'), "Expected a known option of `sampling`"],
  ])("%j", (given, message) => {
    expect(() => resolveGroup(SAMPLING, given as object)).toThrow(message);
  });

  test("of a set: a group, a choice, a name", () => {
    expect(() => resolveSet(SET, { samplin: {} } as object)).toThrow("Did you mean `sampling`?");
    expect(() => resolveSet(SET, { evaluation: { split: "train" as "heldOut" } })).toThrow(
      'Expected `split` to be one of heldOut, validation, got "train".',
    );
    expect(() => resolveSet(SET, { evaluation: { layers: [] } })).toThrow("to be some of a, b, got [].");
  });
});

test("a set is stored flat and read back", () => {
  const values = resolveSet(SET, { sampling: { groupSize: 2 }, evaluation: { samples: 9 } });
  const flat = flatten(SET, values);
  expect(flat).toEqual({
    groupSize: 2,
    temperature: 1,
    greedy: false,
    evaluationSamples: 9,
    split: "heldOut",
    layers: ["a", "b"],
    template: "",
  });
  expect(resolveSet(SET, unflatten(SET, flat))).toEqual(values);
  expectTypeOf<FlatValues<typeof SET>["evaluationSamples"]>().toEqualTypeOf<number>();
  expectTypeOf<FlatValues<typeof SET>["greedy"]>().toEqualTypeOf<boolean>();
  // @ts-expect-error the stored config has another name for it
  expectTypeOf<FlatValues<typeof SET>["samples"]>();
  expect(() => unflatten(SET, { evaluationSample: 1 } as object)).toThrow("Did you mean `evaluationSamples`?");
});

test.each([
  ["clipEpsilonHi", "clipEpsilonHigh"],
  ["STEPS", "steps"],
  ["step", "steps"],
  ["lr", undefined],
])("%s is nearest to %s", (given, expected) => {
  expect(nearestName(given, ["steps", "seed", "clipEpsilonHigh", "clipEpsilonLow"])).toBe(expected);
});
