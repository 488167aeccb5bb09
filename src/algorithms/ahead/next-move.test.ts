import { describe, expect, test } from "vitest";
import { nextMove, type AheadRule, type AheadState, type OpenPlace } from "./next-move.ts";

const RULE: AheadRule = { batchSize: 2, most: 4, staleness: 1, inOrder: false, steps: 10 };
const LAG: AheadRule = { ...RULE, most: 6, staleness: Infinity, inOrder: true };
const STATE: AheadState = { step: 3, open: [], plan: undefined, due: [], nextBatch: 4, dropped: [] };

function group(batch: number, place: number, judged: boolean, afterStep: number = 2): OpenPlace {
  return { batch, place, judged, afterStep };
}
const at = (batch: number, place: number) => ({ batch, place });

describe("groups open", () => {
  test("the oldest judged ones are taken, whole steps of them, be others ready or not", () => {
    const open = [group(2, 0, false), group(2, 1, true), group(3, 0, false), group(3, 1, true)];
    expect(nextMove({ ...STATE, open }, RULE)).toEqual({
      kind: "take",
      plan: { step: 3, groups: [at(2, 1), at(3, 1)], dropped: [] },
    });
  });

  test("with too few judged a batch is written while there is room, and waited for where there is none", () => {
    const open = [group(2, 0, false), group(2, 1, true)];
    expect(nextMove({ ...STATE, open }, RULE)).toEqual({ kind: "write", batch: 4 });
    const full = [...open, group(3, 0, false), group(3, 1, false)];
    expect(nextMove({ ...STATE, open: full }, RULE)).toEqual({ kind: "wait" });
  });

  test("what has grown too old is dropped before anything is taken, and the plan says so", () => {
    const open = [group(1, 0, true, 0), group(1, 1, false, 1), group(2, 0, true), group(2, 1, true)];
    expect(nextMove({ ...STATE, open }, RULE)).toEqual({ kind: "drop", groups: [open[0]] });
    const left = nextMove({ ...STATE, open: open.slice(1), dropped: [at(1, 0)] }, RULE);
    expect(left).toMatchObject({ kind: "take", plan: { dropped: [at(1, 0)] } });
  });

  test("a drop that leaves too few for a step makes room, however few may be open", () => {
    expect(nextMove({ ...STATE, open: [group(3, 0, true)] }, { ...RULE, most: 2 })).toEqual({
      kind: "write",
      batch: 4,
    });
  });

  test("nothing is written that no step is left for", () => {
    const open = [group(9, 0, true, 9), group(9, 1, false, 9)];
    expect(nextMove({ ...STATE, step: 10, open }, RULE)).toEqual({ kind: "wait" });
  });
});

describe("a fixed lag", () => {
  test("all is written that may be, then the oldest batch is taken: no verdict's time decides", () => {
    const open = [group(2, 0, true), group(2, 1, true), group(3, 0, true), group(3, 1, true)];
    expect(nextMove({ ...STATE, open }, LAG)).toEqual({ kind: "write", batch: 4 });
    const full = [...open, group(4, 0, true), group(4, 1, true)];
    expect(nextMove({ ...STATE, open: full }, LAG)).toMatchObject({
      kind: "take",
      plan: { groups: [at(2, 0), at(2, 1)] },
    });
    const late = [group(2, 0, false), ...full.slice(1)];
    expect(nextMove({ ...STATE, open: late }, LAG)).toEqual({ kind: "wait" });
  });
});

describe("a schedule that is there", () => {
  const plan = { step: 3, groups: [at(3, 1), at(2, 0)], dropped: [at(2, 1)] };

  test("is followed to the letter, once its batches are written and its groups judged", () => {
    const due = [{ batch: 3, afterStep: 2, gap: null }];
    const open = [group(2, 0, true), group(2, 1, true)];
    expect(nextMove({ ...STATE, open, plan, due }, RULE)).toEqual({ kind: "write", batch: 3 });
    const written = [...open, group(3, 0, true), group(3, 1, false)];
    expect(nextMove({ ...STATE, open: written, plan }, RULE)).toEqual({ kind: "wait" });
    const judged = [...open, group(3, 1, true)];
    expect(nextMove({ ...STATE, open: judged, plan }, RULE)).toEqual({ kind: "take", plan });
  });
});
