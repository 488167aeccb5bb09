import type { SeenGroup, SeenRollout } from "../../src/playground/messages.ts";
import { meanCentredAdvantages } from "../../src/advantages/index.ts";

/** A group for tests: completion i has i + 1 tokens, each of log-probability -1, and is right where its reward is 1. */
export function madeGroup(rewards: readonly (number | null)[], problemIndex: number = 0): SeenGroup {
  const scored = rewards.filter((reward) => reward !== null);
  const signal = new Set(scored).size > 1;
  const centred = signal ? meanCentredAdvantages(scored) : [];
  let next = 0;
  return {
    problemIndex,
    problemId: `countdown:3,3,11=${problemIndex}`,
    prompt: `<bos> 11 3 3 make 24 :`,
    promptPieces: ["<bos>", " 11", " 3", " 3", " make", " 24", " :"],
    signal,
    rollouts: rewards.map((reward, sample) =>
      madeRollout(reward, sample, signal && reward !== null ? centred[next++]! : null),
    ),
  };
}

function madeRollout(total: number | null, sample: number, advantage: number | null): SeenRollout {
  const pieces = Array.from({ length: sample + 1 }, (_, t) => ` ${t}`);
  return {
    step: 1,
    problemId: "countdown:3,3,11=24",
    prompt: "<bos> 11 3 3 make 24 :",
    difficulty: 0.5,
    rollout: {
      promptTokens: [1],
      tokens: pieces.map((_, t) => t),
      logprobs: pieces.map(() => -1),
      text: pieces.join(""),
      stop: "end",
      version: 0,
      sample,
    },
    reward: { total, breakdown: total === null ? {} : { accuracy: total }, verdict: verdictOf(total) },
    advantage,
    rejected: null,
    pieces,
    corrects: false,
    answer: "( 11 - 3 ) * 3",
  };
}

function verdictOf(total: number | null): SeenRollout["reward"]["verdict"] {
  if (total === null) return { kind: "unverifiable", reason: "the checker was too late" };
  return total === 1 ? { kind: "right" } : { kind: "wrong", reason: "makes 25, not 24" };
}
