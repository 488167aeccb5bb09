import { describe, expect, test } from "vitest";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import { parameterCount } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { isLarge } from "../local/policy-size.ts";
import { measuredLayers, secondsOfStep, wholeSeconds } from "./measure-step.ts";
import { SMOLLM2_135M } from "./smollm2-shape.ts";

describe("what is measured", () => {
  test("a small model as it is", () => {
    expect(measuredLayers(tinyConfig())).toEqual([2, 2]);
    const middle = { ...SMOLLM2_135M, vocabSize: 4000, layers: 12 };
    expect(parameterCount(middle)).toBeGreaterThan(40e6);
    expect(measuredLayers(middle)).toEqual([12, 12]);
  });

  test("a large one by few layers and some more", () => {
    expect(measuredLayers(SMOLLM2_135M)).toEqual([1, 3]);
  });

  test("never by a model that is put to work as a small one is", () => {
    const narrow = { ...SMOLLM2_135M, vocabSize: 1000 };
    const [few, more] = measuredLayers(narrow);
    expect(isLarge({ ...narrow, layers: few - 1 })).toBe(false);
    expect(isLarge({ ...narrow, layers: few })).toBe(true);
    expect(more).toBe(few + 2);
  });
});

test("all layers take what the further ones take each", () => {
  const layers = { few: 1, more: 3, all: 30 };
  expect(wholeSeconds({ few: 10, more: 12 }, layers)).toBe(39);
  // Measured beside other work.
  expect(wholeSeconds({ few: 10, more: 9 }, layers)).toBe(10);
});

test.each([
  ["all weights", undefined],
  ["an adapter", { rank: 4, alpha: 8, targets: LORA_TARGETS }],
])("a step of a policy with %s takes some time", async (_name, lora) => {
  const config = tinyConfig({ maxPositions: 160 });
  const seconds = await secondsOfStep({ device: "cpu", threads: 1 }, { config, lora });
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(60);
});
