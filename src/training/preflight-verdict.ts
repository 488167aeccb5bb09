import type { Unverifiable } from "../records/verdict.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";

/** What a verdict on a base rests on. Shares from 0 to 1. */
export interface BaseMeasured {
  /** Mean score of what could be judged. */
  readonly passRate: number;
  /** Completions that could be judged, and those that could not, which no figure counts. */
  readonly judged: number;
  readonly unverifiable: Unverifiable;
  /** Share of completions in which an answer was found. */
  readonly answeredShare: number;
  /** Why there was none, the commonest; null where all had one. */
  readonly unanswered: string | null;
  readonly truncatedShare: number;
  /** Share of groups whose completions differ in what they earn. */
  readonly signalShare: number;
}

export interface PreflightVerdict {
  readonly verdict: "will learn" | "will not learn" | "unsure";
  readonly advice: string;
}

type Limits = Pick<TrainingSamplingOptions, "groupSize" | "maxCompletionTokens">;

/** Whole per cents: so few completions tell no more. */
const percent = (share: number): string => `${Math.round(share * 100)} %`;
/** From here on all of them are meant. */
const NEARLY_ALL = 0.98;
const NEARLY_NONE = 0.02;

/** Whether RL will find something to work with, why not, and what to do: the causes are told apart. */
export function judgePreflight(measured: BaseMeasured, limits: Limits): PreflightVerdict {
  const hopeless = reasonAgainst(measured, limits);
  if (hopeless !== null) return { verdict: "will not learn", advice: hopeless };
  const { passRate, signalShare } = measured;
  const unjudged = unjudgedWords(measured);
  if (passRate === 0)
    return {
      verdict: "unsure",
      advice: `${percent(signalShare)} of the groups carry signal, but no completion is right: what differs is another part of the reward${unjudged}`,
    };
  if (signalShare < 0.1)
    return {
      verdict: "unsure",
      advice: `only ${percent(signalShare)} of the groups carry signal; a larger \`groupSize\` than ${limits.groupSize} would help${unjudged}`,
    };
  return { verdict: "will learn", advice: `${percent(signalShare)} of the groups carry signal${unjudged}` };
}

/** Why nothing can be learnt, the first cause before what follows from it; null where something can. */
function reasonAgainst(measured: BaseMeasured, { groupSize, maxCompletionTokens }: Limits): string | null {
  const { passRate, truncatedShare, signalShare, judged, unverifiable, answeredShare } = measured;
  if (unverifiable.count > 0.9 * (judged + unverifiable.count))
    return `nearly every answer is unverifiable (${unverifiable.reasons[0]?.reason ?? "no reason given"}); mend the task's verifier`;
  if (truncatedShare > NEARLY_ALL)
    return `every completion is truncated at ${maxCompletionTokens} tokens; try \`maxCompletionTokens: ${maxCompletionTokens * 2}\``;
  if (signalShare > 0) return null;
  if (answeredShare < NEARLY_NONE) return `${noAnswer(measured)}; ${CURES}`;
  if (passRate > NEARLY_ALL) return "the base solves these problems already; try a harder task";
  const differ = "no group's completions differ in what they earn";
  if (answeredShare < 0.3)
    return `${differ}, and only ${percent(answeredShare)} of them have an answer that can be read (of the rest: ${measured.unanswered}); ${CURES}`;
  return passRate === 0
    ? `every answer is wrong; try an easier task, a better base, or a larger \`groupSize\` than ${groupSize}`
    : `${differ} (pass rate ${percent(passRate)}); try a larger \`groupSize\`, an easier task or a better base`;
}

function noAnswer({ unanswered, truncatedShare }: BaseMeasured): string {
  const cut = truncatedShare > 0.3 ? `, ${percent(truncatedShare)} are cut` : "";
  return `no completion has an answer where the task looks for it (${unanswered ?? "no reason given"}${cut})`;
}

const CURES =
  "show the form by `examples` in the task, put the question by another `template`, say where the model answers (`extract`), or teach the form by a short fine-tuning (`aha sft`)";

function unjudgedWords({ judged, unverifiable: { count, reasons } }: BaseMeasured): string {
  if (count === 0) return "";
  return `; but ${count} of ${judged + count} answers could not be judged (${reasons[0]?.reason ?? "no reason given"})`;
}
