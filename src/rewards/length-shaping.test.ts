import { expect, test } from "vitest";
import { completionToScore, rewardContract } from "../../test/contracts/reward-contract.ts";
import { lengthShaping } from "./length-shaping.ts";

rewardContract(() => lengthShaping({ maxLength: 20, marginLength: 4 }), null);

// With 20 and 4: free up to 16, then -1/4 a token.
test.each([
  [0, 0],
  [16, 0],
  [17, -0.25],
  [18, -0.5],
  [20, -1],
  [21, -1],
  [500, -1],
])("%i tokens score %d", (tokens, score) => {
  expect(lengthShaping({ maxLength: 20, marginLength: 4 }).score(completionToScore(null, { tokens }))).toBe(score);
});

test("a margin longer than the whole is an error", () => {
  expect(() => lengthShaping({ maxLength: 20, marginLength: 21 })).toThrow(
    "Expected `marginLength` to be an integer from 1 to 20, got 21.",
  );
  expect(() => lengthShaping({ maxLength: 0, marginLength: 1 })).toThrow("Expected `maxLength`");
});
