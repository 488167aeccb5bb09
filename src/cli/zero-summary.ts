import type { EvaluationResult } from "../records/metrics.ts";
import type { TrainingSummary, TurnedExample } from "./compositions.ts";
import { columns, duration, indented, percent, percentWithError, unjudgedText } from "../text/format.ts";
import { printable, printableLine } from "../text/printable.ts";
import { shellWord } from "../text/shell-word.ts";

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
    ...(before.unverifiable.count + after.unverifiable.count === 0
      ? []
      : [row("not judged", ({ judged, unverifiable: { count } }) => `${count} of ${judged + count}`)]),
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

function reasonsText({ unverifiable }: EvaluationResult): string {
  const text = unjudgedText(unverifiable);
  return text === "" ? "" : `\n  (of them ${printableLine(text)})`;
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

/** What became of the accuracy; of a run that was stopped, what is known instead. */
function measuredParts(summary: TrainingSummary, what: string): string[] {
  const { before, after, interrupted, stopped, newest } = summary;
  if (interrupted)
    return [
      [
        `${what} The end was not measured: the run ${stopped === null ? "was stopped" : "ended itself"}.`,
        ...newestText(newest),
      ].join("\n"),
    ];
  if (before === null || after === null) return [`${what} Nothing was measured: there was no task to measure on.`];
  return [
    `${what} ${verdictSentence(before, after)}`,
    `${indented(comparison(before, after))}\n  (on ${after.problems} problems that it was not trained on, ${after.samples} samples each)${reasonsText(after)}`,
    ...fewProblemsText(before, after),
  ];
}

/** The newest figures of a run that was stopped, a line each. */
function newestText(newest: TrainingSummary["newest"]): string[] {
  const { step, trainingAccuracy, during } = newest ?? { trainingAccuracy: null, during: null };
  const share = during && percentWithError(during.result.accuracy, during.result.standardError);
  return [
    ...(trainingAccuracy === null ? [] : [`  right answers in training at step ${step}: ${percent(trainingAccuracy)}`]),
    ...(during === null ? [] : [`  right answers when last measured, at step ${during.step}: ${share}`]),
  ];
}

/** With fewer problems than this a change has to be large to be seen. */
const FEW_PROBLEMS = 100;

/** How large a change must be to stand out of chance, where that is much: twice its standard error, as the verdict. */
function fewProblemsText(before: EvaluationResult, after: EvaluationResult): string[] {
  if (after.problems >= FEW_PROBLEMS) return [];
  const points = 200 * Math.hypot(before.standardError, after.standardError);
  const reach = points === 0 ? "" : `: a change below ${points.toFixed(0)} points is within chance`;
  return [
    `Measured on ${after.problems} ${after.problems === 1 ? "problem" : "problems"} only${reach}. From ${FEW_PROBLEMS} on, figures can be relied on better: more rows, --eval-data, or --evaluation-problems 0 for all there are.`,
  ];
}

/** Greedy completions that are right so much less often are worth a word. */
const GREEDY_BEHIND = 0.1;

/** Why a model that is asked at temperature 0 does worse than the figures say. */
function greedyText({ accuracy, greedyAccuracy }: EvaluationResult): string[] {
  if (greedyAccuracy === null || accuracy - greedyAccuracy < GREEDY_BEHIND) return [];
  return [
    `Greedy, ${percent(greedyAccuracy)} are right and not ${percent(accuracy)}: who takes the likeliest token each time comes back to the same try after a failed one, until the cut. Ask this model at the temperature that it was trained at.`,
  ];
}

/**
 * The end of a run in plain words.
 *
 * @param warnings what holds at the end, in the command's flags
 */
export function zeroSummaryText(summary: TrainingSummary, warnings: readonly string[] = []): string {
  const steps = `${summary.steps} ${summary.steps === 1 ? "step" : "steps"}`;
  const run = printableLine(summary.run);
  const early = summary.stopped === null ? "Interrupted after" : "Ended after";
  const what = `${summary.interrupted ? early : "Trained for"} ${steps} (${duration(summary.seconds)}).`;
  const parts = measuredParts(summary, what);
  if (summary.after !== null) parts.push(...greedyText(summary.after));
  parts.push(...warnings.map((warning) => `Warning: ${printableLine(warning)}`));
  if (summary.example !== null) parts.push(exampleText(summary.example));
  const engine = summary.server === null ? "" : ` --engine ${shellWord(summary.server)}`;
  const again = `Go on with: aha resume ${shellWord(summary.run)}${engine}`;
  const next = summary.interrupted ? again : nextText(summary);
  parts.push(`The run is kept in ${run}.${summary.interrupted ? "" : placeText(summary)}\n${next}`);
  return parts.join("\n\n");
}

function placeText({ run, server }: TrainingSummary): string {
  if (server === null) return ` The trained model is in ${printableLine(run)}/final.`;
  return ` The trained weights are on ${printableLine(server)}.`;
}

/** What one does with a run. */
function nextText({ run, server }: TrainingSummary): string {
  const word = shellWord(run);
  const ofRun = [
    [`aha dashboard ${word}`, "its figures and every completion, in a browser"],
    [`aha report ${word} --out report.html`, "the same in one file, to send"],
  ];
  const ways = [...ofRun, ...(server === null ? ofModel(word) : [])];
  return `Next:\n${indented(columns(ways).join("\n"))}`;
}

function ofModel(word: string): string[][] {
  return [
    [`aha chat ${word}`, "ask the trained model"],
    [`aha serve ${word}`, "answer other programs, as OpenAI's API does"],
    [`aha export ${word} --to ollama --out my-model`, "take it away: hf, gguf, ollama, adapter"],
  ];
}

/** The fields of `--json`, in the order that the documentation gives. */
export function zeroJson({
  run,
  steps,
  seconds,
  before,
  after,
  interrupted,
  stopped,
  newest,
  peakMegabytes,
  plannedMegabytes,
  warnings,
}: TrainingSummary): object {
  return {
    run,
    steps,
    seconds,
    interrupted,
    stopped,
    before: before && evaluationJson(before),
    after: after && evaluationJson(after),
    newest: newest && newestJson(newest),
    peakMegabytes,
    plannedMegabytes,
    warnings: warnings.map(({ kind, step, message }) => ({ kind, step, message })),
  };
}

function newestJson({ step, trainingAccuracy, during }: NonNullable<TrainingSummary["newest"]>): object {
  const measured = during && { step: during.step, ...evaluationJson(during.result) };
  return { step, trainingAccuracy, during: measured };
}

/** An evaluation for programs: its figures; what a run keeps beside them stays out. */
export function evaluationJson(result: EvaluationResult): object {
  const { accuracy, standardError, greedyAccuracy, meanLength, selfCorrectionShare, truncatedShare } = result;
  const { formatShare, languageMixing, problems, samples, judged, unverifiable } = result;
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
    judged,
    unverifiable,
  };
}
