import { formatValue } from "../../draw/number-format.ts";
import measured from "./measured.json" with { type: "json" };

export type MeasuredRun = (typeof measured.runs)[number];

export const MEASURED_STEPS = measured.steps;

/** A preset's runs, or those of the usual settings, by seed. */
export function measuredRuns(preset: string): readonly MeasuredRun[] {
  return measured.runs.filter((run) => run.preset === preset);
}

/** What the texts say of a preset's runs: both seeds' values, `76.2 %, 71.1 %`. */
export function measuredValues(preset: string): Readonly<Record<string, string>> {
  const runs = measuredRuns(preset);
  const share = (of: (run: MeasuredRun) => number, from = runs): string =>
    from.map((run) => formatValue("percent", of(run))).join(", ");
  return {
    accuracy: share(({ after }) => after.accuracy),
    usual: share(({ after }) => after.accuracy, measuredRuns("usual")),
    format0: share(({ before }) => before.formatShare),
    format: share(({ after }) => after.formatShare),
    corrects0: share(({ before }) => before.selfCorrectionShare),
    corrects: share(({ after }) => after.selfCorrectionShare),
    truncated: share(({ after }) => after.truncatedShare),
    length: runs.map(({ after }) => String(Math.round(after.meanLength))).join(", "),
  };
}
