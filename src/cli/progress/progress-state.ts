import type { StepMetrics } from "../../records/metrics.ts";
import type { TrainingEvent } from "../../training/training-event.ts";
import type { FitEvent } from "../compositions.ts";
import { printableLine } from "../../text/printable.ts";

/** What the live line shows: all that has been seen so far, and nothing of the terminal. */
export interface ProgressState {
  readonly accuracies: readonly number[];
  readonly lengths: readonly number[];
  /** Seconds of each step so far. */
  readonly times: readonly number[];
  readonly last: StepMetrics | null;
  readonly steps: number;
  /** The last step of pretraining, and the losses up to it. */
  readonly fit: FitEvent | null;
  readonly losses: readonly number[];
  /** What goes on beside the steps, in words. */
  readonly busy: string | null;
}

export const NOTHING_YET: ProgressState = {
  accuracies: [],
  lengths: [],
  times: [],
  last: null,
  steps: 0,
  fit: null,
  losses: [],
  busy: null,
};

/** A run that stops by the clock has a number of steps that it never reaches. */
export const ENDLESS_STEPS = 1_000_000;

/**
 * The state after one more event. A step of another kind, or one that comes again, begins another run: of a pipeline,
 * or after it.
 */
export function advance(state: ProgressState, event: TrainingEvent): ProgressState {
  switch (event.kind) {
    case "evaluating":
      return { ...state, busy: `evaluating ${event.name} training: ${event.done} of ${event.total}` };
    case "downloading":
      return { ...state, busy: downloadText(event) };
    case "evaluated":
      return { ...state, busy: null };
    case "step": {
      const { accuracies, lengths, times } =
        state.fit === null && (state.last?.step ?? 0) < event.metrics.step ? state : NOTHING_YET;
      return {
        ...NOTHING_YET,
        accuracies: event.metrics.accuracy === null ? accuracies : [...accuracies, event.metrics.accuracy],
        lengths: [...lengths, event.metrics.emergence.meanLength],
        times: [...times, event.metrics.seconds],
        last: event.metrics,
        steps: event.steps,
      };
    }
    case "fit":
      return {
        ...NOTHING_YET,
        fit: event,
        losses: [...((state.fit?.step ?? 0) < event.step ? state.losses : []), event.loss],
      };
    case "judge paused":
      return { ...state, busy: `waiting for the verifier of ${printableLine(event.taskName)}` };
    case "preflight":
    case "checkpoint":
    case "warning":
    case "note":
      return state;
  }
}

export function downloadText({
  name,
  done,
  total,
}: {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}): string {
  return `downloading ${printableLine(name)}: ${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
}

/**
 * Seconds to the end: the remaining steps at the pace of the last ten, cut by a time limit; null before the first step.
 */
export function secondsLeft(state: ProgressState, limitSeconds: number | null): number | null {
  if (state.fit !== null)
    return (Math.max(0, state.fit.steps - state.fit.step) * state.fit.seconds) / Math.max(1, state.fit.step);
  if (state.last === null || state.times.length === 0) return null;
  if (limitSeconds === null && state.steps >= ENDLESS_STEPS) return null;
  const recent = state.times.slice(-10);
  const pace = recent.reduce((sum, time) => sum + time, 0) / recent.length;
  const bySteps = Math.max(0, state.steps - state.last.step) * pace;
  if (limitSeconds === null) return bySteps;
  const used = state.times.reduce((sum, time) => sum + time, 0);
  return Math.min(bySteps, Math.max(0, limitSeconds - used));
}
