import type { Verdict } from "../records/verdict.ts";
import type { GoldKind } from "./shapes/reading.ts";

/** Decides whether an answer comes to the same as a gold. */
export interface GoldVerifier {
  verify(gold: string, answer: string): Verdict | Promise<Verdict>;
  /** Why a text can't be a gold; null for one that can. */
  checkGold?(gold: string): string | null;
}

/** The verifiers that there are, by kind. */
export type GoldVerifiers = Readonly<Partial<Record<GoldKind, GoldVerifier>>>;

/** Why a gold can't be used: no verifier reads it, or it isn't right by its own measure. Null where it can. */
export function unusableGold(verifier: GoldVerifier, gold: string): string | null | Promise<string | null> {
  const refused = verifier.checkGold?.(gold) ?? null;
  if (refused !== null) return refused;
  const verdict = verifier.verify(gold, gold);
  return "then" in verdict ? verdict.then(againstItself) : againstItself(verdict);
}

function againstItself(verdict: Verdict): string | null {
  if (verdict.kind === "right") return null;
  return `it is not right against itself${"reason" in verdict && verdict.reason !== undefined ? `: ${verdict.reason}` : ""}`;
}
