import { expect, test } from "vitest";
import { leaveOneOutAdvantages } from "./leave-one-out.ts";

test("subtracts the mean of the others", () => {
  // 1 - (1 + 0 + 0) / 3 = 2/3; 0 - (1 + 0 + 1) / 3 = -2/3.
  expect(leaveOneOutAdvantages([1, 0, 0, 1])).toEqual(
    [2 / 3, -2 / 3, -2 / 3, 2 / 3].map((value) => expect.closeTo(value, 14) as unknown),
  );
  // 1 - 0; 0 - 1/3.
  expect(leaveOneOutAdvantages([0, 0, 1, 0])).toEqual([-1 / 3, -1 / 3, 1, -1 / 3]);
  expect(leaveOneOutAdvantages([8, 4])).toEqual([4, -4]);
});

test("equal rewards give zeros", () => {
  expect(leaveOneOutAdvantages([0.1, 0.1, 0.1])).toEqual([0, 0, 0]);
});

test("a group of one and a reward that is no number are errors", () => {
  expect(() => leaveOneOutAdvantages([1])).toThrow("at least 2 rewards, got 1");
  expect(() => leaveOneOutAdvantages([0, 1, Infinity])).toThrow(
    "Expected reward 2 of the group to be a finite number, got Infinity",
  );
});
