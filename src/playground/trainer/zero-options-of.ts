import { resolveZeroOptions } from "../../training/zero-options.ts";
import type { ZeroOptions } from "../../training/zero-groups.ts";
import type { TabSettings } from "../settings.ts";

/** Held-out problems are put four times each. */
const EVALUATION_SAMPLES = 4;

/** A tab's settings as the options of a run, which `aha zero` takes as well. */
export function zeroOptionsOf(settings: TabSettings): ZeroOptions {
  const { model, seed, workers, steps, problemsPerStep, groupSize, temperature, learningRate } = settings;
  return resolveZeroOptions({
    base: model,
    task: "countdown",
    template: "compact",
    seed,
    workers,
    steps,
    problemsPerStep,
    groupSize,
    temperature,
    learningRate,
    ...(settings.baseline === "none" ? {} : { advantages: settings.baseline }),
    accuracyWeight: settings.accuracyWeight,
    formatWeight: settings.formatWeight,
    evaluationProblems: settings.evaluationProblems,
    evaluationSamples: EVALUATION_SAMPLES,
  });
}
