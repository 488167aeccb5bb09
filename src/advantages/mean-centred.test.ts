import { expect, test } from "vitest";
import { meanCentredAdvantages } from "./mean-centred.ts";

test("subtracts the mean and divides by nothing", () => {
  expect(meanCentredAdvantages([1, 0, 0, 1])).toEqual([0.5, -0.5, -0.5, 0.5]);
  expect(meanCentredAdvantages([0, 0, 1, 0])).toEqual([-0.25, -0.25, 0.75, -0.25]);
  expect(meanCentredAdvantages([8, 4])).toEqual([2, -2]);
});

test("equal rewards give zeros", () => {
  expect(meanCentredAdvantages([0.1, 0.1, 0.1])).toEqual([0, 0, 0]);
});

test("a group of one and a reward that is no number are errors", () => {
  expect(() => meanCentredAdvantages([1])).toThrow("at least 2 rewards, got 1");
  expect(() => meanCentredAdvantages([NaN, 1])).toThrow(
    "Expected reward 0 of the group to be a finite number, got NaN",
  );
});
