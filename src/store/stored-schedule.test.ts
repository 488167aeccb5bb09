import { join } from "node:path";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import { CONFIG, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import type { StoredRollout } from "../records/rollout.ts";
import { createRunStore, openRunStore, type RunStore } from "./index.ts";

/** Two groups of two samples, as a batch is written. */
function batchOf(batch: number): readonly (readonly StoredRollout[])[] {
  const rollouts = stepRollouts(batch);
  return [rollouts.slice(0, 2), rollouts.slice(2)];
}

/** A run of two written batches, whose first step has learnt from a group of each. */
function madeRun(): { readonly folder: string; readonly store: RunStore } {
  const folder = join(temporaryFolder(), "run");
  const store = createRunStore(folder, CONFIG);
  store.schedule.keepBatch({ batch: 1, afterStep: 0, gap: { mean: 2e-7, max: 1e-6 } }, batchOf(1));
  store.schedule.keepBatch({ batch: 2, afterStep: 0, gap: { mean: 3e-7, max: 1e-6 } }, batchOf(2));
  const groups = [
    { batch: 1, place: 1 },
    { batch: 2, place: 0 },
  ];
  for (const place of groups)
    store.schedule.keepJudged(
      place,
      batchOf(place.batch)[place.place]!.map(({ reward }) => reward),
    );
  store.schedule.keepPlan({ step: 1, groups, dropped: [{ batch: 1, place: 0 }] });
  store.recordStep(1, stepMetrics(1), learntFrom(store, 1));
  return { folder, store };
}

/** The rollouts of the groups that a step's plan names, as its step keeps them. */
function learntFrom(store: RunStore, step: number): StoredRollout[] {
  const plan = store.schedule.plans().find((one) => one.step === step)!;
  return plan.groups.flatMap(({ batch, place }, problemIndex) =>
    batchOf(batch)[place]!.map((stored) => ({ ...stored, step, problemIndex })),
  );
}

function openGroups(store: RunStore): string[] {
  return [...store.schedule.groups()].map(({ batch, place, judged }) => `${batch}.${place} ${judged}`);
}

describe("the schedule of a run", () => {
  test("a step's rollouts are credited once, and leave what is open with those that were dropped", () => {
    const { store } = madeRun();
    expect([...store.schedule.credit()]).toEqual([
      { batch: 1, place: 1, sample: 0, step: 1 },
      { batch: 1, place: 1, sample: 1, step: 1 },
      { batch: 2, place: 0, sample: 0, step: 1 },
      { batch: 2, place: 0, sample: 1, step: 1 },
    ]);
    expect(openGroups(store)).toEqual(["2.1 false"]);
    store.schedule.keepPlan({ step: 2, groups: [{ batch: 1, place: 1 }], dropped: [] });
    expect(() => store.recordStep(2, stepMetrics(2), learntFrom(store, 2))).toThrow(
      /Expected step 2 to learn from rollouts that no step learnt from, got sample 0 of group 1\.1 of step 1/,
    );
    // The step is kept whole or not at all.
    expect(store.lastStep()).toBe(1);
    expect([...store.schedule.credit()].length).toBe(4);
    store.close();
  });

  test("what is read of another process is what was written", () => {
    const { folder, store } = madeRun();
    store.close();
    const read = openRunStore(folder, { readOnly: true });
    expect(read.schedule.batches()).toEqual([
      { batch: 1, afterStep: 0, gap: { mean: 2e-7, max: 1e-6 } },
      { batch: 2, afterStep: 0, gap: { mean: 3e-7, max: 1e-6 } },
    ]);
    expect(read.schedule.plans()).toEqual([
      {
        step: 1,
        groups: [
          { batch: 1, place: 1 },
          { batch: 2, place: 0 },
        ],
        dropped: [{ batch: 1, place: 0 }],
      },
    ]);
    read.close();
  });

  test("steps that are done again learn from the same groups, with their verdicts", () => {
    const { store } = madeRun();
    const before = [...store.rollouts()];
    store.deleteAfter(0);
    expect([...store.schedule.credit()]).toEqual([]);
    expect(openGroups(store)).toEqual(["1.1 true", "2.0 true", "2.1 false"]);
    const [group] = store.schedule.groups();
    expect(group!.rollouts.map(({ reward, rollout }) => [reward, rollout])).toEqual(
      before.slice(0, 2).map(({ reward, rollout }) => [reward, rollout]),
    );
    store.recordStep(1, stepMetrics(1), learntFrom(store, 1));
    expect([...store.rollouts()]).toEqual(before);
    store.close();
  });

  test("with other options the plans behind a step are forgotten, and what later weights wrote", () => {
    const { store } = madeRun();
    store.schedule.keepBatch({ batch: 3, afterStep: 1, gap: { mean: 0, max: 0 } }, batchOf(3));
    store.deleteAfter(0);
    store.schedule.forget(0);
    expect(store.schedule.plans()).toEqual([]);
    expect(store.schedule.batches().map(({ batch }) => batch)).toEqual([1, 2]);
    expect(openGroups(store)).toEqual(["1.1 true", "2.0 true", "2.1 false"]);
    store.close();
  });

  test("another run's schedule is taken with nothing written yet", () => {
    const { store } = madeRun();
    const other = createRunStore(join(temporaryFolder(), "run"), CONFIG);
    other.schedule.follow({ batches: store.schedule.batches(), plans: store.schedule.plans() });
    expect(other.schedule.batches().map(({ gap }) => gap)).toEqual([null, null]);
    expect(other.schedule.plans()).toEqual(store.schedule.plans());
    expect(openGroups(other)).toEqual([]);
    store.close();
    other.close();
  });

  test("a synchronous run has no tables for it, and nothing in it", () => {
    const store = createRunStore(join(temporaryFolder(), "run"), CONFIG);
    store.recordStep(1, stepMetrics(1), stepRollouts(1));
    store.deleteAfter(0);
    const { schedule } = store;
    expect([schedule.batches(), schedule.plans(), [...schedule.groups()], [...schedule.credit()]]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    store.close();
  });

  test.each([
    [`UPDATE plans SET json = '{"groups":[[1]],"dropped":[]}'`, /plans, step 1: expected a batch and a place of each/],
    [`UPDATE plans SET json = '{"groups":[[1,-1]],"dropped":[]}'`, /plans, step 1: expected `groups\.0\.1`/],
    [`UPDATE plans SET json = '[]'`, /plans, step 1/],
    ["UPDATE batches SET gap = -1", /expected `gap` to be a number from 0 up, got -1/],
    ["UPDATE batches SET after_step = -1", /batches: expected an integer from 0/],
    ["UPDATE credit SET step = -1", /credit: expected an integer from 0/],
    ["UPDATE written SET tokens = x'00'", /written, step 2, problem 1, sample 0: expected whole words/],
  ])("after %s it is refused in words", (damage, words) => {
    const { folder, store } = madeRun();
    store.close();
    const database = new Database(join(folder, "run.db"));
    database.exec(damage);
    database.close();
    const read = openRunStore(folder, { readOnly: true });
    expect(() => {
      read.schedule.batches();
      read.schedule.plans();
      Array.from(read.schedule.groups());
      Array.from(read.schedule.credit());
    }).toThrow(words);
    read.close();
  });
});
