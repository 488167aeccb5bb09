import { secondsLeft, stepCost } from "../../figures/index.ts";
import type { TabState } from "../client/tab-client.ts";
import { pageLanguage, say } from "../words/say.ts";
import type { Milestone } from "./milestones.ts";
import { newestTold, spokenTime } from "./narration.ts";

/** `75 %` */
export function stagePercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** A whole number as the language that is spoken groups its digits. */
export function stageCount(value: number): string {
  return Math.round(value).toLocaleString(pageLanguage());
}

/** What remains of a run, in plain words; null before the first step and at the end. */
export function leftInWords({ steps, settings, status }: TabState): string | null {
  const costs = steps.map(({ metrics }) => stepCost(metrics));
  const left = status === "over" ? null : secondsLeft(costs, { steps: settings.steps, minutes: 0 });
  if (left === null) return null;
  const { unit, count } = spokenTime(left);
  return say(unit === "seconds" ? "stage.leftSeconds" : "stage.leftMinutes", { count });
}

/** What a run does now, in a sentence. @param isSlow one step, then a pause */
export function statusText({ status, loaded, steps, settings, engine }: TabState, isSlow: boolean): string {
  const step = steps.at(-1)?.metrics.step ?? 0;
  const values = { step, of: settings.steps };
  if (engine === null && status !== "failed") return loadingText(loaded);
  if (isSlow && status !== "over" && status !== "failed") return say("stage.slowly", values);
  switch (status) {
    case "loading":
    case "waiting":
      return step === 0 ? say("stage.ready") : say("stage.paused", values);
    case "training":
    case "stepping":
      return say(status === "training" ? "stage.training" : "stage.stepping", values);
    case "pausing":
      return say("stage.pausing", values);
    case "over":
      return say("stage.over", values);
    case "failed":
      return say("stage.stopped", values);
  }
}

/** A host that compresses on the way doesn't say how much will come. */
function loadingText({ bytes, of }: TabState["loaded"]): string {
  if (bytes === 0) return say("stage.opening");
  const come = megabytesText(bytes);
  return bytes === of ? say("stage.coming", { come }) : say("stage.loading", { come, of: megabytesText(of) });
}

function megabytesText(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** A milestone in a sentence. */
export function milestoneText({ kind, step, value }: Milestone): string {
  switch (kind) {
    case "correction":
      return step === 1 ? say("stage.correctionAtOnce") : say("stage.correction", { step });
    case "half":
      return say("stage.half", { step });
    case "threeQuarters":
      return say("stage.threeQuarters", { step });
    case "doubled":
      return say("stage.doubled", { step, tokens: Math.round(value) });
  }
}

/**
 * What a reader who hears the page is told of a run now: that it rests or waits, a milestone, or how it goes; empty
 * where there is nothing.
 */
export function toldText(state: TabState, milestones: readonly Milestone[], isSlow: boolean): string {
  const { steps, settings, status } = state;
  if (status === "over" || (status === "waiting" && !isSlow)) return statusText(state, isSlow);
  const told = newestTold(steps.at(-1)?.metrics.step ?? 0, milestones);
  if (told === null) return "";
  if (told.kind === "milestone") return milestoneText(told.milestone);
  const { metrics } = steps[told.step - 1]!;
  return say("stage.told", {
    step: told.step,
    of: settings.steps,
    percent: stagePercent(metrics.accuracy ?? 0),
    tokens: Math.round(metrics.emergence.meanLength),
  });
}
