import { expect, test } from "vitest";
import type { EvaluationResult } from "../../src/store/index.ts";
import { runZero } from "../../src/training/run-zero.ts";
import type { TrainingSummary } from "../../src/training/training-run.ts";
import { newFolder } from "./cli-run.ts";
import { join } from "node:path";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;

/** A run that was measured: with a task it always is. */
function measured(
  summary: TrainingSummary,
): TrainingSummary & { readonly before: EvaluationResult; readonly after: EvaluationResult } {
  const { before, after } = summary;
  if (before === null || after === null) throw new Error("Expected an evaluation before and after.");
  return { ...summary, before, after };
}

test("a short seeded run learns: accuracy rises by more than three standard errors of the difference", async () => {
  const { before, after, example, steps } = measured(
    await runZero(join(newFolder(), "run"), {
      base: BASE,
      steps: 14,
      seed: 1,
      evaluationSplit: "validation",
      evaluationProblems: 96,
      evaluationSamples: 2,
    }),
  );
  expect(steps).toBe(14);
  // Under no learning a rise of three standard errors has a chance of about 0.1 %.
  expect(after.accuracy - before.accuracy).toBeGreaterThan(3 * Math.hypot(before.standardError, after.standardError));
  expect(after.meanLength).toBeGreaterThan(1.3 * before.meanLength);
  expect(after.selfCorrectionShare).toBeGreaterThan(before.selfCorrectionShare);
  expect(example).not.toBeNull();
});
