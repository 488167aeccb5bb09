import { expect, test } from "vitest";
import { stepMetrics } from "../../test/cli/fake-results.ts";
import { stepPhases } from "./phases.ts";

const STEP = {
  ...stepMetrics(1, 0.5, 30),
  seconds: 10,
  rolloutSeconds: 5,
  updateSeconds: 2.5,
  completionTokens: 1000,
  trainedTokens: 500,
};

test("phases are shares of the step's time, with what each did in its own", () => {
  expect(stepPhases(STEP)).toEqual({ writing: 0.5, training: 0.25, writtenPerSecond: 200, trainedPerSecond: 200 });
});

test("what wasn't recorded, or is done beside the step, has no shares", () => {
  expect(stepPhases({ ...STEP, seconds: null })).toBeNull();
  expect(stepPhases({ ...STEP, rolloutSeconds: null })).toBeNull();
  expect(stepPhases({ ...STEP, seconds: 0 })).toBeNull();
  const samplers = { jobs: 1, again: 0, bytesOut: 1, bytesIn: 1, samplers: 1, kinds: [] };
  expect(stepPhases({ ...STEP, samplers })).toBeNull();
  expect(stepPhases({ ...STEP, updateSeconds: 0 })).toMatchObject({ training: 0, trainedPerSecond: null });
});
