import { show } from "../errors.ts";
import type { Verdict } from "../records/verdict.ts";

/**
 * What a verifier returned, as a verdict: a boolean stands for right or wrong, a number from 0 to 1 for the part that
 * is right. Anything else is unverifiable in words that name the task.
 */
export function readVerdict(taskName: string, value: unknown): Verdict {
  if (value === true) return { kind: "right" };
  if (value === false) return { kind: "wrong", reason: "not what the task asks for" };
  const unverifiable = (what: string): Verdict => ({
    kind: "unverifiable",
    reason: `the verifier of ${taskName} gave ${what}`,
  });
  if (typeof value === "number") return readScore(value, undefined, unverifiable);
  if (typeof value !== "object" || value === null || !("kind" in value))
    return unverifiable(`${show(value)} instead of a verdict`);
  const reason = "reason" in value && typeof value.reason === "string" ? value.reason : undefined;
  switch (value.kind) {
    case "right":
      return { kind: "right" };
    case "wrong":
    case "unverifiable":
      return { kind: value.kind, reason: reason ?? "no reason given" };
    case "partly":
      return readScore("score" in value ? value.score : undefined, reason, unverifiable);
    default:
      return unverifiable(`${show(value)} instead of a verdict`);
  }
}

function readScore(score: unknown, reason: string | undefined, unverifiable: (what: string) => Verdict): Verdict {
  if (typeof score !== "number" || !(score >= 0 && score <= 1))
    return unverifiable(`the score ${show(score)} instead of one from 0 to 1`);
  if (score === 1) return { kind: "right" };
  if (score === 0) return { kind: "wrong", reason: reason ?? "a score of 0" };
  return { kind: "partly", score, ...(reason === undefined ? {} : { reason }) };
}
