import { correctsItself } from "../emergence/index.ts";
import type { JudgedRollout } from "../judging/judge.ts";

/** A judged completion in few words, for measures that are worked out later. */
export interface MeasuredSample {
  readonly tokens: number;
  readonly right: boolean;
  /** The answer without white space; null where there is none. */
  readonly answer: string | null;
  readonly truncated: boolean;
  /** It rejects a try of its own and goes on. */
  readonly corrects: boolean;
  /** It does so and ends right: what it first thought of was turned into the right answer. */
  readonly turnedRight: boolean;
}

/** By problem and sample. */
export function measuredSamples(judged: readonly (readonly JudgedRollout[])[]): MeasuredSample[][] {
  return judged.map((group) =>
    group.map(({ rollout, verdict, parsed, attempts }) => {
      const right = verdict.kind === "right";
      const corrects = correctsItself(attempts ?? []);
      return {
        tokens: rollout.tokens.length,
        right,
        answer: parsed.answer?.replaceAll(/\s/g, "") ?? null,
        truncated: rollout.status === "truncated",
        corrects,
        turnedRight: right && corrects,
      };
    }),
  );
}
