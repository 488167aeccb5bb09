import type { StepMetrics } from "../../runs/run-event.ts";
import type { TrainingEvent } from "../compositions.ts";
import { duration, percent, shortCount } from "../format.ts";
import { preflightText } from "../preflight-text.ts";
import { printable } from "../printable.ts";
import { secondsLeft, type ProgressState } from "./progress-state.ts";
import { sparkline } from "./sparkline.ts";

export interface LineOptions {
  /** Most characters of the line. */
  readonly columns: number;
  readonly unicode: boolean;
  /** The time limit of the run; null where only steps count. */
  readonly limitSeconds: number | null;
}

/** The one line that is redrawn: step, accuracy and length with their curves, tokens per second, time left. */
export function liveLine(state: ProgressState, options: LineOptions): string {
  if (state.evaluating !== null) {
    const { name, done, total } = state.evaluating;
    return cut(`evaluating ${name} training: ${done} of ${total}`, options.columns);
  }
  if (state.last === null) return "";
  const { step, accuracy, emergence, tokensPerSecond } = state.last;
  const left = secondsLeft(state, options.limitSeconds);
  const line = (width: number): string => {
    const curve = (values: readonly number[]): string => (width < 4 ? "" : ` ${sparkline(values, { width, unicode: options.unicode })}`);
    return [
      `step ${step}/${state.steps}`,
      `right ${percent(accuracy)}${curve(state.accuracies)}`,
      `length ${emergence.meanLength.toFixed(0)}${curve(state.lengths)}`,
      `${shortCount(tokensPerSecond)} tok/s`,
      ...(left === null ? [] : [`${duration(left)} left`]),
    ].join("  ");
  };
  // Two curves share what the words leave, each after a space.
  const width = Math.min(24, Math.floor((options.columns - line(0).length - 2) / 2));
  return cut(line(width), options.columns);
}

/** One step as a line that stays, for logs and pipes. */
export function stepLine(metrics: StepMetrics, state: ProgressState, limitSeconds: number | null): string {
  const left = secondsLeft(state, limitSeconds);
  const parts = [
    `step ${metrics.step}/${state.steps}`,
    `right ${percent(metrics.accuracy)}`,
    `length ${metrics.emergence.meanLength.toFixed(0)}`,
    `corrects itself ${percent(metrics.emergence.selfCorrectionShare)}`,
    `cut ${percent(metrics.truncatedShare)}`,
    `${shortCount(metrics.tokensPerSecond)} tok/s`,
  ];
  if (metrics.unverifiable > 0) parts.push(`${metrics.unverifiable} unverifiable`);
  if (left !== null) parts.push(`${duration(left)} left`);
  return parts.join("  ");
}

/** What an event leaves on the screen for good; null where it only moves the live line. */
export function lastingText(event: TrainingEvent): string | null {
  switch (event.kind) {
    case "preflight":
      return preflightText(event);
    case "evaluated": {
      const { accuracy, meanLength, selfCorrectionShare, problems } = event.result;
      const facts = `right ${percent(accuracy)}, length ${meanLength.toFixed(1)}, corrects itself ${percent(selfCorrectionShare)}`;
      return `${event.name === "before" ? "Before" : "After"} training, on ${problems} problems: ${facts}`;
    }
    case "note":
      return printable(event.text);
    case "checkpoint":
    case "evaluating":
    case "step":
      return null;
  }
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : line.slice(0, Math.max(0, columns));
}
