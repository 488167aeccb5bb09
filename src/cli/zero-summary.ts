import type { EvaluationResult } from "../records/run-event.ts";
import type { TrainingSummary, TurnedExample } from "./compositions.ts";
import { columns, duration, indented, percent, percentWithError } from "../text/format.ts";
import { printable, printableLine } from "../text/printable.ts";

/** Says in one sentence what happened to the accuracy; a change within two standard errors is not called one. */
export function verdictSentence(before: EvaluationResult, after: EvaluationResult): string {
  const change = after.accuracy - before.accuracy;
  const error = Math.hypot(before.standardError, after.standardError);
  const values = `from ${percentWithError(before.accuracy, before.standardError)} to ${percentWithError(after.accuracy, after.standardError)}`;
  if (change > 2 * error) return `The share of right answers rose ${values}.`;
  if (change < -2 * error) return `The share of right answers fell ${values}.`;
  return `The share of right answers went ${values}: no change beyond what chance allows.`;
}

function comparison(before: EvaluationResult, after: EvaluationResult): string {
  const row = (label: string, value: (result: EvaluationResult) => string): string[] => [
    label,
    value(before),
    value(after),
  ];
  return columns([
    ["", "before", "after"],
    row("right answers", (result) => percentWithError(result.accuracy, result.standardError)),
    row("right answers, greedy", (result) => percent(result.greedyAccuracy)),
    row("mean length", (result) => `${result.meanLength.toFixed(1)} tokens`),
    row("corrects itself", (result) => percent(result.selfCorrectionShare)),
    row("cut at the limit", (result) => percent(result.truncatedShare)),
    ...(after.languageMixing === null
      ? []
      : [
          row("words in another language", (result) =>
            result.languageMixing === null ? "-" : percent(result.languageMixing),
          ),
        ]),
  ]).join("\n");
}

function answered(answer: string | null): string {
  return answer === null ? "no answer" : `answer ${printableLine(answer)}`;
}

function exampleText(example: TurnedExample): string {
  return [
    "A problem that the base got wrong and the trained model gets right:",
    indented(printable(example.question)),
    `Before (${answered(example.beforeAnswer)}):`,
    indented(printable(example.beforeText.trim())),
    `After (${answered(example.afterAnswer)}):`,
    indented(printable(example.afterText.trim())),
  ].join("\n");
}

/** The end of a run in plain words. */
export function zeroSummaryText(summary: TrainingSummary): string {
  const { before, after } = summary;
  const steps = `${summary.steps} ${summary.steps === 1 ? "step" : "steps"}`;
  const run = printableLine(summary.run);
  const what = `${summary.interrupted ? "Interrupted after" : "Trained for"} ${steps} (${duration(summary.seconds)}).`;
  const parts =
    before === null || after === null
      ? [`${what} Nothing was measured: there was no task to measure on.`]
      : [
          `${what} ${verdictSentence(before, after)}`,
          `${indented(comparison(before, after))}\n  (on ${after.problems} problems that it was not trained on, ${after.samples} samples each)`,
        ];
  if (summary.example !== null) parts.push(exampleText(summary.example));
  const next = summary.interrupted ? `Go on with: aha resume ${run}` : `Look inside with: aha show ${run}`;
  parts.push(
    `The run is kept in ${run}.${summary.interrupted ? "" : ` The trained model is in ${run}/final.`}\n${next}`,
  );
  return parts.join("\n\n");
}

/** The fields of `--json`, in the order that the documentation gives. */
export function zeroJson({
  run,
  steps,
  seconds,
  before,
  after,
  peakMegabytes,
  plannedMegabytes,
}: TrainingSummary): object {
  return {
    run,
    steps,
    seconds,
    before: before && evaluationJson(before),
    after: after && evaluationJson(after),
    peakMegabytes,
    plannedMegabytes,
  };
}

/** The fields of an evaluation for programs; others of the object stay out. */
export function evaluationJson(result: EvaluationResult): EvaluationResult {
  const {
    accuracy,
    standardError,
    greedyAccuracy,
    meanLength,
    selfCorrectionShare,
    truncatedShare,
    formatShare,
    languageMixing,
    problems,
    samples,
  } = result;
  return {
    accuracy,
    standardError,
    greedyAccuracy,
    meanLength,
    selfCorrectionShare,
    truncatedShare,
    formatShare,
    languageMixing,
    problems,
    samples,
  };
}
