import { expect, test } from "vitest";
import { engineFor } from "../../engine/index.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { StepResults } from "./step-results.ts";

test("a step's results have the graph's shapes, and one place in memory for any number of slots", async () => {
  const config = tinyConfig({ vocabSize: 7, layers: 2, heads: 2, kvHeads: 1, headDim: 3 });
  const results = new StepResults(await engineFor("cpu"), config);
  const two = results.of(2);
  expect(two.probabilities.dims).toEqual([2, 1, 7]);
  // Keys and values of two layers, one head of three numbers.
  expect(two.keyValues.dims).toEqual([2, 1, 12]);
  expect(results.of(2)).toBe(two);
  const { buffer } = await two.probabilities.read();
  const one = results.of(1);
  expect(one.probabilities.dims).toEqual([1, 1, 7]);
  expect((await one.probabilities.read()).buffer).toBe(buffer);
  expect((await results.of(5).keyValues.read()).length).toBe(60);
});
