import { expect, test } from "vitest";
import { madeGroup } from "../../../test/playground/made-group.ts";
import { neighbour, seenPlace } from "./seen-place.ts";

const groups = [madeGroup([1, 1], 0), madeGroup([1, 0], 1), madeGroup([0, 1], 2)];
const steps = [1, 2].map((step) => ({ metrics: { step }, groups }));

test("the newest step and its first group with signal, where nothing is named", () => {
  expect(seenPlace(steps, { step: null, group: null })).toMatchObject({
    kind: "here",
    step: { metrics: { step: 2 } },
    group: { problemIndex: 1 },
    isNewest: true,
  });
});

test("what is named", () => {
  expect(seenPlace(steps, { step: 1, group: 2 })).toMatchObject({
    step: { metrics: { step: 1 } },
    group: { problemIndex: 2 },
    isNewest: false,
  });
  // A group that the step doesn't have.
  expect(seenPlace(steps, { step: 1, group: 77 })).toMatchObject({ group: { problemIndex: 1 } });
});

test("what isn't there", () => {
  expect(seenPlace([], { step: null, group: 3 })).toEqual({ kind: "none" });
  expect(seenPlace(steps, { step: 14, group: 5 })).toEqual({ kind: "ahead", step: 14 });
  expect(seenPlace(steps, { step: 0, group: 5 })).toEqual({ kind: "missing", step: 0 });
  expect(seenPlace([], { step: 1, group: 5 })).toEqual({ kind: "ahead", step: 1 });
});

test("a step without signal shows its first group", () => {
  const place = seenPlace([{ metrics: { step: 1 }, groups: [madeGroup([0, 0], 4)] }], { step: null, group: null });
  expect(place).toMatchObject({ group: { problemIndex: 4 } });
});

test("neighbours go around", () => {
  expect(neighbour(groups, groups[2]!, 1)).toBe(groups[0]);
  expect(neighbour(groups, groups[0]!, -1)).toBe(groups[2]);
});
