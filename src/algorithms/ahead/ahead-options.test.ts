import { expect, test } from "vitest";
import { checkAhead } from "./ahead-options.ts";

const OPTIONS = {
  open: 0,
  staleness: 4,
  lag: 0,
  schedule: "",
  problemsPerStep: 32,
  resampleRounds: 0,
  generalPerStep: 0,
  preferenceSteps: 0,
  rewardModel: "",
  critic: false,
};

test.each([
  [{ open: 64, lag: 2 }, /Expected `open` or `lag`, got both \(64 and 2\)/],
  [{ open: 31 }, /Expected `open` to be at least `problemsPerStep` \(32\), got 31; two batches are 64\./],
  [{ schedule: "run" }, /Expected `open` or `lag` beside `schedule`/],
  [{ open: 64, resampleRounds: 2 }, /Expected no `resampleRounds` in a run with `open`, got 2: /],
  [{ lag: 1, generalPerStep: 4 }, /Expected no `generalPerStep` in a run with `lag`/],
  [{ open: 64, preferenceSteps: 4 }, /Expected no `preferenceSteps`/],
  [{ open: 64, rewardModel: "m" }, /Expected no `rewardModel`/],
  [{ open: 64, critic: true }, /Expected no `critic`/],
])("%j is refused", (changes, words) => {
  expect(() => checkAhead({ ...OPTIONS, ...changes })).toThrow(words);
});

test("what holds is taken, and a synchronous run may have everything", () => {
  for (const changes of [{}, { open: 32 }, { open: 64 }, { lag: 4 }, { resampleRounds: 2, critic: true }])
    expect(() => checkAhead({ ...OPTIONS, ...changes })).not.toThrow();
});
