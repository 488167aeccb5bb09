import { expect, test } from "vitest";
import type { StateChange } from "../store/index.ts";
import { stepTimes } from "./step-times.ts";

const at = (state: StateChange["state"], seconds: number, step: number): StateChange => ({
  state,
  time: seconds * 1000,
  step,
  detail: "",
});
const steps = [1, 2, 3, 4].map((step) => ({ step, seconds: 10 }));

test("from the start, and anew from where a run went on", () => {
  expect(stepTimes(steps, [at("started", 100, 0), at("finished", 150, 4)])).toEqual([110, 120, 130, 140]);
  expect(stepTimes(steps, [at("started", 100, 0), at("interrupted", 121, 2), at("resumed", 500, 2)])).toEqual([
    110, 120, 510, 520,
  ]);
});

test("never fall, whatever the clock of the machine did", () => {
  expect(stepTimes(steps, [at("started", 100, 0), at("resumed", 50, 2)])).toEqual([110, 120, 130, 140]);
  expect(stepTimes(steps, [])).toEqual([10, 20, 30, 40]);
});
