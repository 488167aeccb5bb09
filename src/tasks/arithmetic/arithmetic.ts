import type { Task } from "../task.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import { ArithmeticCorpus } from "../../pretraining/arithmetic/corpus.ts";
import { arithmeticProblems, type ArithmeticData } from "./problems.ts";
import { verifyInteger } from "../../verifiers/verify-integer.ts";

const NOTHING_SKIPPED: ReadonlySet<string> = new Set([","]);

/** A task whose corpus states how each of its documents came about. */
export interface ArithmeticTask extends Task<ArithmeticData> {
  readonly corpus: ArithmeticCorpus;
}

/** Expressions of two to five small numbers, worked out step by step. A pass can slip; checking it and doing it again mends that. */
export function createArithmetic(): ArithmeticTask {
  const problems = arithmeticProblems();
  return {
    name: "arithmetic",
    problems: (split) => problems[split],
    verify: verifyInteger,
    attempts: (thinking) => triesBetweenVerdicts(thinking, NOTHING_SKIPPED),
    corpus: new ArithmeticCorpus(problems.corpus),
  };
}
