import type { StopReason, StoredRollout } from "../records/rollout.ts";
import type { VerdictKind } from "../records/verdict.ts";
import { recordedLength } from "../numbers/recorded-length.ts";
import { verdictReason } from "../verifiers/verdict-score.ts";

/**
 * A view of a stored rollout, as other programs read it: flat, one name for one value. `prompt`, `completion` and
 * `problemId` are what `aha sft --data` reads.
 */
export interface RolloutRecord {
  readonly step: number;
  /** The place of its problem in the step. */
  readonly problemIndex: number;
  readonly sample: number;
  readonly problemId: string;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  readonly prompt: string;
  readonly completion: string;
  /** `end`, `length` (cut at the limit), or what else ended it. */
  readonly stop: StopReason;
  readonly verdict: VerdictKind;
  /** Why it isn't right or can't be verified; null where it is right, or nobody said. */
  readonly reason: string | null;
  /** Null where it could not be scored. */
  readonly reward: number | null;
  /** Each part of the reward before its weight, by name. */
  readonly rewardParts: Readonly<Record<string, number>>;
  /** Null where its group carried no signal. */
  readonly advantage: number | null;
  /** Number of updates that its policy had seen. */
  readonly version: number;
  /** Number of tokens of the completion; null where they weren't recorded. */
  readonly length: number | null;
  readonly promptTokens: readonly number[];
  readonly tokens: readonly number[];
  /** One a token, in nats; none where they weren't recorded. */
  readonly logprobs: readonly number[];
}

export function rolloutRecord({
  step,
  problemIndex,
  problemId,
  prompt,
  difficulty,
  rollout,
  reward,
  advantage,
}: StoredRollout): RolloutRecord {
  const { sample, text, stop, version, promptTokens, tokens, logprobs } = rollout;
  return {
    step,
    problemIndex: problemIndex ?? 0,
    sample,
    problemId,
    difficulty,
    prompt,
    completion: text,
    stop,
    verdict: reward.verdict.kind,
    reason: verdictReason(reward.verdict),
    reward: reward.total,
    rewardParts: reward.breakdown,
    advantage,
    version,
    length: recordedLength(tokens.length, stop),
    promptTokens,
    tokens,
    logprobs,
  };
}
