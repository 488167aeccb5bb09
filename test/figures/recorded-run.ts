import { readFileSync } from "node:fs";
import type { StepMetrics, StoredEvaluation } from "../../src/store/index.ts";
import { EVALUATION, stepMetrics } from "../contracts/run-samples.ts";

/**
 * A run that was made, by the name of its file here; each tells the command. `learning-rate` collapsed, `cut-short` got
 * out of being cut, `format-lost` was paid for brevity.
 */
export type RecordedName = "healthy" | "healthy-lora" | "learning-rate" | "cut-short" | "format-lost";

export interface RecordedRun {
  readonly metrics: readonly StepMetrics[];
  readonly evaluations: readonly StoredEvaluation[];
}

/** The figures of a recorded run, to four digits; those that aren't kept are the samples'. */
export function recordedRun(name: RecordedName): RecordedRun {
  const text = readFileSync(new URL(`${name}.json`, import.meta.url), "utf8");
  const { before, steps } = JSON.parse(text) as { before: number; steps: Record<string, number[]> };
  const fields = Object.entries(steps);
  const metrics = steps["step"]!.map((step, i) =>
    stepMetrics(step, Object.fromEntries(fields.map(([field, values]) => [field, values[i]!]))),
  );
  return { metrics, evaluations: [{ name: "before", step: 0, result: { ...EVALUATION, accuracy: before } }] };
}
