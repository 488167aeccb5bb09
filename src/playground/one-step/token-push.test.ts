import { expect, test } from "vitest";
import { madeGroup } from "../../../test/playground/made-group.ts";
import { FENCE, isCut, learntFrom, ratiosAfter, tokenPush } from "./token-push.ts";

test("only completions of groups with signal count", () => {
  expect(learntFrom([madeGroup([1, 1]), madeGroup([1, 0, null]), madeGroup([0, 1])])).toBe(4);
});

test("a push is advantage over completions times tokens", () => {
  const group = madeGroup([1, 0, 0, 0]);
  // .75 / (4 x 1), -.25 / (4 x 4).
  expect(tokenPush(group.rollouts[0]!, 4)).toBeCloseTo(0.1875, 12);
  expect(tokenPush(group.rollouts[3]!, 4)).toBeCloseTo(-0.015625, 12);
  expect(tokenPush({ ...group.rollouts[0]!, advantage: null }, 4)).toBe(0);
});

test("the fence cuts on the side of the push alone", () => {
  expect(FENCE.low).toBeCloseTo(0.8, 12);
  expect(FENCE.high).toBeCloseTo(1.28, 12);
  expect([isCut(1.3, 1), isCut(1.3, -1), isCut(0.7, -1), isCut(0.7, 1), isCut(1, 1), isCut(2, 0)]).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
});

test("ratios after an update", () => {
  const group = madeGroup([1, 0]);
  const { ratios, cut } = ratiosAfter(group, [[-0.5], [-1, -1.4]]);
  // exp(.5) above the fence with a push up; exp(-.4) = .67 below it with a push down.
  expect(ratios.map((ratio) => Number(ratio.toFixed(3)))).toEqual([1.649, 1, 0.67]);
  expect(cut).toBe(2);
});
