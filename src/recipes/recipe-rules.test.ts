import { describe, expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { placesOf } from "../options/index.ts";
import { ZERO, type ZeroOptions } from "../training/zero-groups.ts";
import { resolveZeroOptions } from "../training/zero-options.ts";
import { checkMapped, OPTION_PLACES, RECIPE_ENGINES, type RecipeEngine } from "./recipe-rules.ts";

const recipe = (given: Partial<ZeroOptions> = {}): ZeroOptions => resolveZeroOptions({ base: "base", ...given });
/** What every engine has a counterpart of. */
const PLAIN: Partial<ZeroOptions> = { learningRateFloor: 1, aggregation: "token-mean" };

test("every option of a run has a place", () => {
  expect(Object.keys(OPTION_PLACES).sort()).toEqual(
    placesOf(ZERO)
      .map(({ stored }) => stored)
      .sort(),
  );
});

test.each(RECIPE_ENGINES)("%s takes a recipe of what it has", (engine) => {
  expect(() => checkMapped(engine, recipe(PLAIN))).not.toThrow();
});

const EVERYWHERE: readonly (readonly [keyof ZeroOptions, Partial<ZeroOptions>])[] = [
  ["minutes", { minutes: 5 }],
  ["resampleRounds", { resampleRounds: 2 }],
  ["critic", { critic: true }],
  ["engine", { engine: "tinker+http://gpu:8000" }],
  ["open", { open: 64 }],
  ["lag", { lag: 1 }],
  ["schedule", { open: 64, schedule: "runs/other" }],
  ["rewardModel", { rewardModel: "model" }],
  ["generalPerStep", { rewardModel: "model", generalPerStep: 4 }],
  ["minibatches", { problemsPerStep: 32, minibatches: 3 }],
];
const OWN: Readonly<Record<RecipeEngine, readonly (readonly [keyof ZeroOptions, Partial<ZeroOptions>])[]>> = {
  trl: [["advantages", { advantages: "leave-one-out" }]],
  verl: [
    ["learningRateFloor", { learningRateFloor: 0.1 }],
    ["referenceEvery", { klCoefficient: 0.001, referenceEvery: 400 }],
  ],
  "prime-rl": [
    ["advantages", { advantages: "group-relative" }],
    ["advantages", { advantages: "leave-one-out" }],
    ["aggregation", { aggregation: "sequence-mean" }],
    ["aggregation", { aggregation: "constant" }],
    ["klCoefficient", { klCoefficient: 0.001 }],
    ["minibatches", { minibatches: 2 }],
    ["innerEpochs", { innerEpochs: 2 }],
    ["topP", { topP: 0.9 }],
    ["lora", { lora: 16 }],
    ["overlongWeight", { overlongWeight: 0.5 }],
    ["truncated", { truncated: "unscored" }],
  ],
};

describe.each(RECIPE_ENGINES)("%s refuses by name", (engine) => {
  test.each([...EVERYWHERE, ...OWN[engine]])("%s %j", (option, given) => {
    expect(() => checkMapped(engine, recipe({ ...PLAIN, ...given }))).toThrow(OptionError);
    expect(() => checkMapped(engine, recipe({ ...PLAIN, ...given }))).toThrow(`\`${option}\` (`);
  });
});

test("all that has no counterpart is named at once", () => {
  expect(() => checkMapped("trl", recipe({ minutes: 5, resampleRounds: 1, advantages: "leave-one-out" }))).toThrow(
    /got 3 without: `minutes` \(.*\), `resampleRounds` \(.*\), `advantages` \(/,
  );
});
