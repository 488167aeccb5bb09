import type { EvaluationResult, FirstSample } from "../records/metrics.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";

/** One problem that the base got wrong and the trained model gets right. */
export interface TurnedExample {
  readonly question: string;
  readonly beforeText: string;
  readonly beforeAnswer: string | null;
  readonly afterText: string;
  readonly afterAnswer: string | null;
}

/** What of a problem's first sample is kept with an evaluation. */
export function firstSample({ problem, text, parsed, verdict, attempts }: JudgedRollout): FirstSample {
  return {
    question: problem.question,
    text,
    answer: parsed.answer,
    score: verdictScore(verdict),
    rejects: (attempts ?? []).some(({ outcome }) => outcome === "rejected"),
  };
}

/**
 * The first problem whose first sample went from wrong to right with a try that was taken back; any that went from
 * wrong to right where there is none.
 */
export function exampleOf(
  { firstSamples: before = [] }: EvaluationResult,
  after: EvaluationResult,
): TurnedExample | null {
  const turned = (after.firstSamples ?? []).flatMap((sample, i) =>
    sample.score === 1 && before[i]?.score === 0 ? [{ before: before[i], after: sample }] : [],
  );
  const chosen = turned.find((pair) => pair.after.rejects === true) ?? turned[0];
  if (chosen === undefined) return null;
  return {
    question: chosen.after.question,
    beforeText: chosen.before.text,
    beforeAnswer: chosen.before.answer,
    afterText: chosen.after.text,
    afterAnswer: chosen.after.answer,
  };
}
