import { forecastSeconds } from "../figures/index.ts";
import type { FitProgress, TrainingEvent } from "./training-event.ts";

/**
 * Tells the steps of what keeps no run, a base or a reward model in the making, as events.
 *
 * @param now seconds since some time; those of the machine where not given
 */
export function fitProgress(
  onEvent: ((event: TrainingEvent) => void) | undefined,
  now: () => number = () => performance.now() / 1000,
): (progress: FitProgress & { readonly steps: number }) => void {
  const started = now();
  return (progress) => {
    const pace = { completionTokens: 0, seconds: (now() - started) / progress.step };
    onEvent?.({ kind: "fit", ...progress, secondsLeft: forecastSeconds([pace], progress.steps - progress.step) });
  };
}
