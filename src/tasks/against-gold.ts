import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { AnswerVerifier } from "../verifiers/answer-verifier.ts";

/**
 * A task's `verify` by one of the package's verifiers, for problems whose `data` is the gold answer: `verify:
 * againstGold(mathsVerifier())`.
 */
export function againstGold(
  verifier: Pick<AnswerVerifier, "verify">,
): (problem: Problem<string>, answer: string) => Verdict {
  return ({ data }, answer) => verifier.verify(data, answer);
}
