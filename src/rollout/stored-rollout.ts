import type { Rollout, ScoredRollout, StoredRollout } from "../records/rollout.ts";

/** A scored rollout as the store keeps it: its problem by its id, without what can be parsed again. */
export function storedRollout(
  scored: Rollout & Pick<ScoredRollout, "reward" | "advantage">,
  step: number,
): StoredRollout {
  const { problem, prompt, promptTokens, tokens, logprobs, mask, text, stop, version, sample, reward, advantage } =
    scored;
  return {
    step,
    problemId: problem.id,
    prompt,
    difficulty: problem.difficulty,
    rollout: {
      promptTokens,
      tokens,
      logprobs,
      ...(mask === undefined ? {} : { mask }),
      text,
      stop,
      version,
      sample,
    },
    reward,
    advantage,
  };
}
