import { mean } from "../../numbers/metrics.ts";
import { sum } from "../../numbers/sum.ts";
import type { LookAfter, SeenGroup, SeenRollout } from "../messages.ts";

/** A completion under the policy before the step and after it. */
export interface MovedCompletion {
  readonly rollout: SeenRollout;
  /** Log-probability of the whole completion, in nats. */
  readonly before: number;
  readonly after: number;
  /** Mean change of a token's log-probability, in nats; 0 where it has no token. */
  readonly meanChange: number;
  readonly tokens: readonly MovedToken[];
}

export interface MovedToken {
  readonly piece: string;
  /** Probabilities, from 0 to 1. */
  readonly before: number;
  readonly after: number;
}

/** Each completion of a group before and after the step's update. */
export function movedCompletions(group: SeenGroup, look: LookAfter): MovedCompletion[] {
  return group.rollouts.map((rollout, i) => {
    const old = rollout.rollout.logprobs;
    const now = look.logprobs[i] ?? old;
    return {
      rollout,
      before: sum([...old]),
      after: sum([...now]),
      meanChange: old.length === 0 ? 0 : mean(old.map((value, t) => (now[t] ?? value) - value)),
      tokens: old.map((value, t) => ({
        piece: rollout.pieces[t] ?? "",
        before: Math.exp(value),
        after: Math.exp(now[t] ?? value),
      })),
    };
  });
}

/** Mean change of the completions whose advantage is above 0, and below; null where there is none. */
export function changeBySign(moved: readonly MovedCompletion[]): {
  readonly up: number | null;
  readonly down: number | null;
} {
  const of = (sign: 1 | -1): number | null => {
    const changes = moved.filter(({ rollout }) => Math.sign(rollout.advantage ?? 0) === sign);
    return changes.length === 0 ? null : mean(changes.map(({ meanChange }) => meanChange));
  };
  return { up: of(1), down: of(-1) };
}
