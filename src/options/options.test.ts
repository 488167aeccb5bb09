import { describe, expect, expectTypeOf, test } from "vitest";
import { nearestName } from "./nearest-name.ts";
import {
  adapted,
  choice,
  decimal,
  flatten,
  integer,
  names,
  optionGroup,
  pick,
  resolveGroup,
  resolveFlat,
  resolveSet,
  storedAs,
  text,
  toggle,
  unflatten,
  valueText,
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
    ["fast", 'Expected `sampling` to be an object such as { groupSize: ... }, got "fast".'],
    [[8], "Expected `sampling` to be an object such as { groupSize: ... }, got [8]."],
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

describe("an option in another place", () => {
  const { groupSize, temperature, greedy } = SAMPLING.options;

  test("has its own default, help and bounds there, and stays as it was here", () => {
    const other = adapted(groupSize, { fallback: 3, from: 3, help: "of a batch" });
    const set = { batch: optionGroup("batch", "The batch", { groupSize: other, ...pick(SAMPLING.options, "greedy") }) };
    expect(resolveFlat(set, {})).toEqual({ groupSize: 3, greedy: false });
    expect(other).toMatchObject({
      flag: "--group-size <n>",
      help: "of a batch",
      expected: "an integer from 3 to 4096",
    });
    expect(() => resolveFlat(set, { groupSize: 2 })).toThrow("to be an integer from 3 to 4096, got 2.");
    expect(() => resolveFlat(set, { groupSize: 2.5 })).toThrow("an integer from 3");
    expect(() => resolveFlat(set, { temperature: 1 } as object)).toThrow('Expected a known option, got "temperature"');
    expect(resolveGroup(SAMPLING, { groupSize: 2 }).groupSize).toBe(2);
    expect(adapted(greedy, { fallback: true })).toMatchObject({ fallback: true, kind: "boolean" });
    expect(adapted(temperature, { to: 2 }).expected).toBe("a number from 0.01 to 2");
  });

  test("may have another name in the stored config", () => {
    const set = { look: optionGroup("look", "A look", { temperature: storedAs(temperature, "lookTemperature") }) };
    const flat = resolveFlat(set, { lookTemperature: 0.5 });
    expectTypeOf(flat).toEqualTypeOf<{ readonly lookTemperature: number }>();
    expect(flat).toEqual({ lookTemperature: 0.5 });
    expect(() => resolveFlat(set, { lookTemperature: 0 })).toThrow("Expected `lookTemperature` to be");
  });
});

test("of flat sources the first that has a value counts", () => {
  expect(
    resolveFlat(SET, { groupSize: undefined as never }, { groupSize: 5 }, { groupSize: 6, evaluationSamples: 2 }),
  ).toMatchObject({
    groupSize: 5,
    evaluationSamples: 2,
  });
});

test.each([
  [SAMPLING.options.temperature, 2e-5, "2e-5"],
  [SAMPLING.options.temperature, 0.001, "0.001"],
  [SAMPLING.options.temperature, 0, "0"],
  [EVALUATION.options.layers, ["a", "b"], "all"],
  [EVALUATION.options.layers, ["b"], "b"],
])("a value in words: %#", (option, value, words) => {
  expect(valueText(option, value)).toBe(words);
});
