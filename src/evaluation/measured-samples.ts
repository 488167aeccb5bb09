import { correctsItself } from "../emergence/index.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import { answerKeyOf } from "./group-votes.ts";

/** A view of a judged rollout in few words, as results of stages keep it, for measures that are worked out later. */
export interface MeasuredSample {
  /** How many. */
  readonly tokens: number;
  /** From 0 (wrong) to 1 (right); null where it could not be judged. Results of older versions have `right` alone. */
  readonly score?: number | null;
  readonly right: boolean;
  /** What it counts as in a vote; null where there is none. */
  readonly answer: string | null;
  readonly truncated: boolean;
  /** It rejects a try of its own and goes on. */
  readonly corrects: boolean;
  /** It does so and ends right: what it first thought of was turned into the right answer. */
  readonly turnedRight: boolean;
}

/** By problem and sample. */
export function measuredSamples(
  judged: readonly (readonly JudgedRollout[])[],
  answerKey?: (answer: string) => string,
): MeasuredSample[][] {
  return judged.map((group) =>
    group.map(({ tokens, stop, verdict, parsed, attempts }) => {
      const right = verdict.kind === "right";
      const corrects = correctsItself(attempts ?? [], stop);
      return {
        tokens: tokens.length,
        score: verdictScore(verdict),
        right,
        answer: parsed.answer === null ? null : answerKeyOf(parsed.answer, answerKey),
        truncated: stop === "length",
        corrects,
        turnedRight: right && corrects,
      };
    }),
  );
}

/** Its score, from 0 to 1; null where it could not be judged. */
export function sampleScore({ score, right }: Pick<MeasuredSample, "score" | "right">): number | null {
  return score === undefined ? Number(right) : score;
}
