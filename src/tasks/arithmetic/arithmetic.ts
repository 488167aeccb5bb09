import type { Task } from "../task.ts";
import { readWrittenSteps } from "../arithmetic-step.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { arithmeticProblems, type ArithmeticData } from "./problems.ts";
import { integerKey, verifyInteger } from "../../verifiers/verify-integer.ts";

const NOTHING_SKIPPED: ReadonlySet<string> = new Set([","]);

/**
 * Expressions of two to five small numbers, worked out step by step. A pass can slip; checking it and doing it again
 * mends that.
 */
export function createArithmetic(): Task<ArithmeticData> {
  const problems = arithmeticProblems();
  return {
    name: "arithmetic",
    problems: (split) => problems[split],
    verify: verifyInteger,
    answerKey: integerKey,
    attempts: (thinking) => triesBetweenVerdicts(thinking, NOTHING_SKIPPED),
    // The last result is the answer of a pass.
    attemptIsRight: ({ data }, attempt) => readWrittenSteps(attempt)?.at(-1)?.result === data.value,
  };
}
