import type { StepMetrics } from "../../records/metrics.ts";
import type { TrainingEvent } from "../../training/training-event.ts";
import type { FitEvent } from "../compositions.ts";
import { ENDLESS_STEPS, stepPhases } from "../../figures/index.ts";
import { duration, leftText, percent, shortCount, unjudgedText } from "../../text/format.ts";
import { preflightText } from "../preflight-text.ts";
import { printable, printableLine } from "../../text/printable.ts";
import type { ProgressState } from "./progress-state.ts";
import { sparkline } from "./sparkline.ts";

type StepEvent = Extract<TrainingEvent, { readonly kind: "step" }>;

export interface LineOptions {
  /** Most characters of the line. */
  readonly columns: number;
  readonly unicode: boolean;
}

/** The one line that is redrawn: step, accuracy and length with their curves, tokens per second, time left. */
export function liveLine(state: ProgressState, options: LineOptions): string {
  if (state.busy !== null) return cut(state.busy, options.columns);
  const measures = measuresOf(state);
  if (measures === null) return "";
  const line = (width: number): string => {
    const curve = (values: readonly number[]): string =>
      width < 4 || values.length === 0 ? "" : ` ${sparkline(values, { width, unicode: options.unicode })}`;
    return [...measures.map(([text, values]) => text + curve(values)), ...timeLeft(state)].join("  ");
  };
  // The curves share what the words leave, each after a space.
  const curves = measures.filter(([, values]) => values.length > 0).length;
  const width = Math.min(24, Math.floor((options.columns - line(0).length - curves) / curves));
  return cut(line(width), options.columns);
}

/** The parts of the live line, each with the curve that follows it. */
function measuresOf({
  last,
  fit,
  steps,
  accuracies,
  lengths,
  losses,
  device,
}: ProgressState): readonly (readonly [text: string, curve: readonly number[]])[] | null {
  if (fit !== null) {
    return [
      [`step ${fit.step}/${fit.steps}`, []],
      [`loss ${fit.loss.toFixed(3)}`, losses],
      [`${shortCount(fit.tokensPerSecond)} tok/s`, []],
    ];
  }
  if (last === null) return null;
  return [
    [stepOf(last.step, steps), []],
    [`right ${percent(last.accuracy)}`, accuracies],
    [`length ${last.emergence.meanLength.toFixed(0)}`, lengths],
    ...aheadOf(last).map((text) => [text, []] as const),
    [`${shortCount(last.tokensPerSecond)} tok/s${device === undefined ? "" : ` on ${device}`}`, []],
  ];
}

/** How old the rollouts were, and how long verdicts were waited for; nothing of a run whose steps write their own. */
function aheadOf({ ahead, rewardSeconds }: StepMetrics): string[] {
  if (ahead === undefined) return [];
  return [`lag ${ahead.lag.toFixed(1)}`, `waited ${duration(rewardSeconds)}`];
}

/** How far the rounded weights that wrote are from those that are trained; nothing where none were rounded. */
function roundedOf({ rounded, samplerGap }: StepMetrics): string[] {
  if (rounded === undefined) return [];
  return [`${rounded.precision}: gap ${samplerGap.toFixed(4)}, KL ${rounded.kl.toFixed(5)}`];
}

function stepOf(step: number, steps: number): string {
  return steps >= ENDLESS_STEPS ? `step ${step}` : `step ${step}/${steps}`;
}

function timeLeft({ secondsLeft }: ProgressState): readonly string[] {
  return secondsLeft === null || secondsLeft === 0 ? [] : [leftText(secondsLeft)];
}

/** One step as a line that stays, for logs and pipes. */
export function stepLine(event: FitEvent | StepEvent, state: ProgressState): string {
  if (event.kind === "fit") {
    return [
      `step ${event.step}/${event.steps}`,
      `loss ${event.loss.toFixed(3)}`,
      `${shortCount(event.tokensPerSecond)} tok/s`,
      ...timeLeft(state),
    ].join("  ");
  }
  const { metrics } = event;
  const parts = [
    stepOf(metrics.step, event.steps),
    `right ${percent(metrics.accuracy)}`,
    `length ${metrics.emergence.meanLength.toFixed(0)}`,
    `corrects itself ${percent(metrics.emergence.selfCorrectionShare)}`,
    `cut ${percent(metrics.truncatedShare)}`,
    ...aheadOf(metrics),
    ...roundedOf(metrics),
    `${shortCount(metrics.tokensPerSecond)} tok/s`,
    ...deviceOf(event),
  ];
  const unjudged = unjudgedText(metrics.unverifiable, 80);
  if (unjudged !== "") parts.push(printableLine(unjudged));
  return [...parts, ...timeLeft(state)].join("  ");
}

/** Of a step on a GPU: what took its time, and how fast that went; nothing of the CPU. */
function deviceOf({ device, metrics }: StepEvent): string[] {
  if (device === undefined) return [];
  const phases = stepPhases(metrics);
  if (phases === null) return [`on ${device}`];
  const phase = (name: string, share: number, rate: number | null): string =>
    `${name} ${percent(share)}${rate === null ? "" : ` at ${shortCount(rate)} tok/s`}`;
  const parts = [
    phase("writing", phases.writing, phases.writtenPerSecond),
    phase("training", phases.training, phases.trainedPerSecond),
  ];
  return [`on ${device}: ${parts.join(", ")}`];
}

const WHEN = { before: "Before", during: "During", after: "After" } as const;

/** What an event leaves on the screen for good; null where it only moves the live line. */
export function lastingText(event: TrainingEvent): string | null {
  switch (event.kind) {
    case "preflight":
      return preflightText(event);
    case "evaluated": {
      const { accuracy, meanLength, selfCorrectionShare, problems, unverifiable } = event.result;
      const facts = `right ${percent(accuracy)}, length ${meanLength.toFixed(1)}, corrects itself ${percent(selfCorrectionShare)}`;
      const unjudged = unverifiable.count === 0 ? "" : `, ${printableLine(unjudgedText(unverifiable))}`;
      return `${WHEN[event.name]} training, on ${problems} problems: ${facts}${unjudged}`;
    }
    case "judge paused":
      return `The verifier of ${printableLine(event.taskName)} is down (${printableLine(event.reason)}): trying again in ${duration(event.waitSeconds)}, for at most ${event.patienceMinutes} min.`;
    case "warning":
      return `Warning, since step ${event.warning.step}: ${printableLine(event.warning.message)}`;
    case "note":
      return printable(event.text);
    case "checkpoint":
    case "evaluating":
    case "downloading":
    case "fit":
    case "step":
      return null;
  }
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : line.slice(0, Math.max(0, columns));
}
