import { describe, expect, test, vi } from "vitest";
import { fakeJobs } from "../../test/contracts/fake-job.ts";
import {
  abortingAt,
  goOn,
  killed,
  newRun,
  outcomeOf,
  reading,
  start,
  statesOf,
  STEPS,
  whole,
} from "../../test/contracts/fake-run.ts";
import { OptionError } from "../errors.ts";
import { checkpointRule } from "./checkpoint-rule.ts";
import { savedSteps } from "./training-checkpoint.ts";
import type { TrainingEvent } from "./training-event.ts";

const EVERY_3 = { checkpointEvery: "3", evaluateEvery: 1 };

describe("what `checkpointEvery` says", () => {
  test.each([
    ["1", { steps: 1 }],
    ["25", { steps: 25 }],
    ["60s", { seconds: 60 }],
  ])("%s", (given, rule) => expect(checkpointRule(given)).toEqual(rule));

  test.each(["", "0", "0s", "-1", "1.5", "60 s", "2m", "s", "1e3"])("and nothing else: %j", (given) => {
    expect(() => checkpointRule(given)).toThrow(OptionError);
    expect(() => checkpointRule(given)).toThrow(/^Expected `checkpointEvery` to be a number of steps from 1 up, or of/);
  });
});

test("every third step has a checkpoint, those kept for good have, and the last has", async () => {
  const saved: number[] = [];
  const onEvent = (event: TrainingEvent): void => void (event.kind === "checkpoint" && saved.push(event.step));
  await start(newRun(), fakeJobs({ limits: { ...EVERY_3, steps: 8, keepEvery: 4 } }), { onEvent });
  expect(saved).toEqual([3, 4, 6, 8]);
});

test("by the clock, the first step so long behind the last checkpoint has one", async () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  const saved: number[] = [];
  // The steps end at 4, 8, 12, 16 s.
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind === "step") clock.mockReturnValue(event.metrics.step * 4000);
    if (event.kind === "checkpoint") saved.push(event.step);
  };
  try {
    await start(newRun(), fakeJobs({ limits: { checkpointEvery: "7s" } }), { onEvent });
  } finally {
    clock.mockRestore();
  }
  expect(saved).toEqual([2, 4]);
});

test("killed behind any step, it does those since the checkpoint again, to the same bytes and each once", async () => {
  const expected = outcomeOf(await whole({ limits: { evaluateEvery: 1 } }));
  const folder = newRun();
  const copies: { readonly copy: string; readonly step: number }[] = [];
  // Behind the record of a step, and behind its evaluation.
  const onEvent = (event: TrainingEvent): void => {
    const step = event.kind === "step" || event.kind === "evaluated" ? reading(folder, (run) => run.lastStep()) : 0;
    if (step > 0) copies.push({ copy: killed(folder), step });
  };
  await start(folder, fakeJobs({ limits: EVERY_3 }), { onEvent });
  expect(outcomeOf(folder)).toEqual(expected);
  expect(copies.map(({ step }) => step)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  for (const { copy, step } of copies) {
    const newest = (await savedSteps(copy)).at(-1)!;
    expect(newest).toBeLessThanOrEqual(step);
    const jobs = fakeJobs({ limits: EVERY_3 });
    await goOn(copy, jobs);
    expect(jobs.steps[0]).toEqual(STEPS.slice(newest));
    expect(reading(copy, (run) => run.metrics().map((line) => line.step))).toEqual(STEPS);
    expect(outcomeOf(copy)).toEqual(expected);
  }
});

test("a stop, an end of its own and a step that is given up keep the last step that was made", async () => {
  const expected = outcomeOf(await whole());
  const limits = { checkpointEvery: "1000s" };
  const stopped = newRun();
  await start(stopped, fakeJobs({ limits }), abortingAt(2));
  expect(await savedSteps(stopped)).toEqual([0, 2]);

  const ended = newRun();
  expect(await start(ended, fakeJobs({ limits, endsAt: 3 }))).toMatchObject({ steps: 3, interrupted: true });
  expect(await savedSteps(ended)).toEqual([0, 3]);

  const controller = new AbortController();
  const reason = new Error("stopped");
  const onStep = (step: number): void => {
    if (step !== 4) return;
    controller.abort(reason);
    throw reason;
  };
  const givenUp = newRun();
  await start(givenUp, fakeJobs({ limits, onStep }), { signal: controller.signal });
  expect(await savedSteps(givenUp)).toEqual([0, 3]);

  for (const folder of [stopped, ended, givenUp]) {
    const jobs = fakeJobs({ limits });
    const newest = (await savedSteps(folder)).at(-1)!;
    await goOn(folder, jobs);
    expect(jobs.steps).toEqual([STEPS.slice(newest)]);
    expect(outcomeOf(folder)).toEqual(expected);
  }
});

test("one that fails goes on from its checkpoint", async () => {
  const expected = outcomeOf(await whole());
  const limits = { checkpointEvery: "2" };
  const onStep = (step: number): void => {
    if (step === 4) throw new Error("the engine broke");
  };
  const folder = newRun();
  await expect(start(folder, fakeJobs({ limits, onStep }))).rejects.toThrow("the engine broke");
  expect([statesOf(folder).at(-1), await savedSteps(folder)]).toEqual(["failed 3", [0, 2]]);
  await goOn(folder, fakeJobs({ limits }));
  expect(outcomeOf(folder)).toEqual(expected);
});
