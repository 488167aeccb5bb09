import type { StepMetrics } from "../../records/metrics.ts";
import type { TrainingEvent } from "../../training/training-event.ts";
import type { FitEvent } from "../compositions.ts";
import { printableLine } from "../../text/printable.ts";

/** What the live line shows: all that has been seen so far, and nothing of the terminal. */
export interface ProgressState {
  readonly accuracies: readonly number[];
  readonly lengths: readonly number[];
  /** Till the last step is made; null where nothing is foretold. */
  readonly secondsLeft: number | null;
  readonly last: StepMetrics | null;
  /** What computes, where that isn't the CPU. */
  readonly device?: string;
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
  secondsLeft: null,
  last: null,
  steps: 0,
  fit: null,
  losses: [],
  busy: null,
};

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
      const { accuracies, lengths } =
        state.fit === null && (state.last?.step ?? 0) < event.metrics.step ? state : NOTHING_YET;
      return {
        ...NOTHING_YET,
        accuracies: event.metrics.accuracy === null ? accuracies : [...accuracies, event.metrics.accuracy],
        lengths: [...lengths, event.metrics.emergence.meanLength],
        secondsLeft: event.secondsLeft,
        last: event.metrics,
        ...(event.device === undefined ? {} : { device: event.device }),
        steps: event.steps,
      };
    }
    case "fit":
      return {
        ...NOTHING_YET,
        fit: event,
        secondsLeft: event.secondsLeft,
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
