import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { AskedFrom, AsksVerifier } from "./patient-verifier.ts";

/**
 * Asks a verifier for verdicts that have nothing to do with each other: what it can't judge is unverifiable at once,
 * whatever becomes of the others, and nobody waits for a verifier that is down.
 */
export class IndependentVerifier {
  constructor(private readonly ask: AsksVerifier) {}

  async judge(
    problem: Problem,
    answer: string,
    signal: AbortSignal | undefined,
    from: AskedFrom = {},
  ): Promise<Verdict> {
    return (await this.ask(problem, answer, from, signal)).verdict;
  }

  /** Those that have not begun end by their signal. */
  cancel(): void {
    return undefined;
  }
}
