/** What a verifier found. A crash, a time-out or an unreadable answer is never silently a 0. */
export type Verdict =
  | { readonly kind: "right" }
  | { readonly kind: "wrong"; readonly reason: string }
  /** Partly right: a score between 0 and 1, both left out. */
  | { readonly kind: "partly"; readonly score: number; readonly reason?: string }
  | { readonly kind: "unverifiable"; readonly reason: string };

export type VerdictKind = Verdict["kind"];
export const VERDICT_KINDS: readonly VerdictKind[] = ["right", "partly", "wrong", "unverifiable"];

/** How often something was said. */
export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** What could not be judged: it is counted and shown, and never averaged. */
export interface Unverifiable {
  readonly count: number;
  /** The commonest first, at most ten. */
  readonly reasons: readonly ReasonCount[];
}
