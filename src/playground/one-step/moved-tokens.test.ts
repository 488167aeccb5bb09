import { expect, test } from "vitest";
import type { LookAfter } from "../messages.ts";
import { madeGroup } from "../../../test/playground/made-group.ts";
import { changeBySign, movedCompletions } from "./moved-tokens.ts";

const group = madeGroup([1, 0]);
const look: LookAfter = { step: 1, problemIndex: 0, logprobs: [[-0.5], [-1.5, -1]], samples: [] };

test("before, after and the mean change by completion", () => {
  const [right, wrong] = movedCompletions(group, look);
  expect(right).toMatchObject({ before: -1, after: -0.5, meanChange: 0.5 });
  expect(wrong).toMatchObject({ before: -2, after: -2.5, meanChange: -0.25 });
  expect(wrong!.tokens[0]!.before).toBeCloseTo(Math.exp(-1), 12);
  expect(wrong!.tokens[0]!.after).toBeCloseTo(Math.exp(-1.5), 12);
});

test("the mean change of what was pushed up, and of what was pushed down", () => {
  expect(changeBySign(movedCompletions(group, look))).toEqual({ up: 0.5, down: -0.25 });
  expect(changeBySign(movedCompletions(madeGroup([1, 1]), { ...look, logprobs: [[-1], [-1, -1]] }))).toEqual({
    up: null,
    down: null,
  });
});
