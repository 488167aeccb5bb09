import type { StepMetrics } from "../records/metrics.ts";
import { diagnoseRun, type RunStore, type RunWarning } from "../store/index.ts";

/** Follows what a person should look at in a run, step by step. */
export interface WarningWatch {
  /** What began with a step. */
  after(step: StepMetrics): RunWarning[];
  /** An evaluation was recorded: it is read once, and not at each step. */
  measured(): void;
  /** What holds now, with all that was measured. */
  now(): readonly RunWarning[];
}

/** Watches a run that may have made steps before; what held then is not told again. */
export function watchWarnings(store: Pick<RunStore, "metrics" | "evaluations">): WarningWatch {
  // Fine-tuning has steps of another kind, which no rule reads.
  const metrics = store.metrics().filter((step) => "rewardByPart" in step);
  let evaluations = store.evaluations();
  const found = (): RunWarning[] => diagnoseRun(metrics, evaluations, []);
  const measured = (): void => {
    evaluations = store.evaluations();
  };
  let held = found();
  return {
    after(step) {
      metrics.push(step);
      const before = new Set(held.map(nameOf));
      held = found();
      return held.filter((warning) => !before.has(nameOf(warning)));
    },
    measured,
    now() {
      measured();
      return found();
    },
  };
}

function nameOf({ kind, chart }: RunWarning): string {
  return `${kind} ${chart}`;
}
