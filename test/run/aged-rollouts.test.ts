import { expect, test } from "vitest";
import { aheadSource } from "../../src/algorithms/ahead/ahead-source.ts";
import { MemoryBook } from "../../src/algorithms/ahead/memory-book.ts";
import { trainPolicy } from "../../src/algorithms/train-policy.ts";
import { withCorrection, type Correction } from "../../src/claims/corrections.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { mean } from "../../src/numbers/metrics.ts";
import type { StepMetrics } from "../../src/records/metrics.ts";
import { diagnoseRun } from "../../src/store/index.ts";
import { loadTask } from "../../src/tasks/index.ts";
import { watchDrift } from "../../src/training/watch-ahead.ts";
import { resolveZeroOptions } from "../../src/training/zero-options.ts";
import { openSetting } from "../../src/training/zero-setting.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;

/** So many steps of the shipped base on rollouts that are `lag` steps old; ends where the run would end itself. */
async function learns(lag: number, correction: Correction, steps: number): Promise<readonly StepMetrics[]> {
  const options = resolveZeroOptions({ base: BASE, lag, seed: 1, workers: 2, preflight: false });
  const parts = {
    model: await loadCheckpoint(BASE),
    task: await loadTask("countdown"),
    taskSource: "countdown",
    rewardModel: undefined,
  };
  const setting = await openSetting(options, parts);
  try {
    const drift = watchDrift([]);
    const made: StepMetrics[] = [];
    const source = aheadSource(setting, { book: new MemoryBook() });
    for await (const { metrics } of trainPolicy(withCorrection(setting, correction), 1, source)) {
      made.push(metrics);
      if (drift(metrics) !== null || made.length === steps) break;
    }
    return made;
  } finally {
    await setting.stop();
  }
}

function tell(what: string, steps: readonly StepMetrics[]): void {
  const kl = steps.map(({ ahead }) => ahead!.kl.toFixed(3));
  console.log(
    `${what}: ${steps.length} steps, accuracy ${steps.map(({ accuracy }) => accuracy!.toFixed(2)).join(" ")}; KL ${kl.join(" ")}`,
  );
}

test("rollouts of four steps ago without a correction end the run before the collapse is over", async () => {
  const steps = await learns(4, "none", 25);
  tell("lag 4, none", steps);
  expect(steps.length).toBeLessThan(25);
  expect(steps.slice(5).map(({ ahead }) => ahead!.lag)).toEqual(steps.slice(5).map(() => 4));
  expect(diagnoseRun(steps, [], []).map(({ kind }) => kind)).toContain("stale");
});

test(
  "rollouts of two steps ago with today's loss learn, and nothing is warned of",
  { timeout: 1_800_000 },
  async () => {
    const steps = await learns(2, "clip", 60);
    tell("lag 2, clip", steps);
    expect(steps.length).toBe(60);
    expect(mean(steps.slice(-5).map(({ accuracy }) => accuracy!))).toBeGreaterThanOrEqual(0.8);
    for (let step = 1; step <= 60; step++)
      expect(diagnoseRun(steps.slice(0, step), [], []).filter(({ kind }) => kind === "stale")).toEqual([]);
  },
);
