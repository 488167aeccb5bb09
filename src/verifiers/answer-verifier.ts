import type { Verdict } from "../records/verdict.ts";

/** Kinds of answers that a rule can judge. */
export const VERIFIER_KINDS = ["exact", "text", "number", "maths", "choice", "regex", "json"] as const;
export type VerifierKind = (typeof VERIFIER_KINDS)[number];

/**
 * Decides whether an answer is the gold answer (the reference that comes with the data). It never throws, whatever the
 * texts are, and never runs them.
 */
export interface AnswerVerifier {
  readonly kind: VerifierKind;
  verify(gold: string, answer: string): Verdict;
  /** Why a text can't serve as a gold; null where it can. To be asked for each row when data are loaded. */
  checkGold(gold: string): string | null;
  /** What two answers must share to be one answer in a vote. */
  answerKey(answer: string): string;
}

export const RIGHT: Verdict = { kind: "right" };

export function wrong(reason: string): Verdict {
  return { kind: "wrong", reason };
}

export function unverifiable(reason: string): Verdict {
  return { kind: "unverifiable", reason };
}

/** The check that any gold must pass: it is right beside itself. */
export function selfCheck(verify: AnswerVerifier["verify"], gold: string): string | null {
  if (gold.trim() === "") return "the gold is empty";
  const verdict = verify(gold, gold);
  return verdict.kind === "right" ? null : (verdict.reason ?? "the gold is not right beside itself");
}
