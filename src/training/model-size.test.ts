import { expect, test } from "vitest";
import { tinyConfig } from "../model/tiny-config.ts";
import { sftSizeDefaults, zeroSizeDefaults } from "./model-size.ts";
import { resolveSftOptions } from "./sft-options.ts";

const LARGE = {
  ...tinyConfig(),
  vocabSize: 32_000,
  hiddenSize: 512,
  layers: 8,
  heads: 8,
  kvHeads: 2,
  headDim: 64,
  ffSize: 1408,
};

test("small models keep the defaults, which are made for them", () => {
  expect(zeroSizeDefaults(tinyConfig(), 0)).toEqual({});
  expect(sftSizeDefaults(tinyConfig(), 0)).toEqual({});
});

test("large ones learn slower, an adapter faster than all weights, and what is given counts more", () => {
  const given = { base: "base", data: "data" };
  const [all, adapter] = [0, 16].map((lora) => resolveSftOptions(given, sftSizeDefaults(LARGE, lora)));
  expect(all!.learningRate).toBeLessThan(adapter!.learningRate);
  expect(adapter!.learningRate).toBeLessThan(resolveSftOptions(given).learningRate);
  expect(zeroSizeDefaults(LARGE, 0).learningRate).toBeLessThan(zeroSizeDefaults(LARGE, 16).learningRate!);
  expect(resolveSftOptions({ ...given, learningRate: 0.5 }, sftSizeDefaults(LARGE, 0)).learningRate).toBe(0.5);
});
