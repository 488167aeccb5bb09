import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { CONFIG, EVALUATION, stepMetrics } from "../../../test/contracts/run-samples.ts";
import { createRunStore } from "../../store/index.ts";
import { comparedRows } from "../stored-runs.ts";
import { comparedText } from "./compare.ts";

/** A run of two steps that was measured before and after. */
function measuredRun(accuracy: number, changes: object = {}): string {
  const folder = temporaryFolder();
  const store = createRunStore(folder, { ...CONFIG, ...changes });
  store.recordEvaluation("before", 0, { ...EVALUATION, accuracy: 0.2, standardError: 0.02 });
  for (const step of [1, 2]) store.recordStep(step, stepMetrics(step, {}), []);
  store.recordEvaluation("after", 2, { ...EVALUATION, accuracy, standardError: 0.02 });
  store.close();
  return folder;
}

test("runs beside the first one, in the order that was given", () => {
  const folders = [measuredRun(0.5), measuredRun(0.8, { learningRate: 0.1 })];
  const rows = comparedRows(folders);
  expect(rows.map(({ experiment, now, step }) => [experiment.name, now.value, step])).toEqual([
    [folders[0], 0.5, 2],
    [folders[1], 0.8, 2],
  ]);
  expect(rows[1]!.difference?.value).toBeCloseTo(0.3);
  const [, , first, second] = comparedText(rows).split("\n");
  expect(first).toMatch(/20\.0 % +50\.0 % +\[.*\] +2 +-$/);
  expect(second).toMatch(/20\.0 % +80\.0 % .*\+30 points \[.*\]/);
  expect(comparedText([])).toContain("Nothing was measured");
});
