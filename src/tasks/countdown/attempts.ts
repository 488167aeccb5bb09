import type { Attempt } from "../../records/attempt.ts";
import type { Problem } from "../../records/problem.ts";
import { calculate, readWrittenSteps } from "../arithmetic-step.ts";
import { triesBetweenVerdicts } from "../tries-between-verdicts.ts";
import type { CountdownData } from "./problems.ts";
import { REMARKS } from "./remarks.ts";

const SKIPPED: ReadonlySet<string> = new Set([...REMARKS, ","]);

/** The tries of a thinking text, without the remarks before them. */
export function countdownAttempts(thinking: string): Attempt[] {
  return triesBetweenVerdicts(thinking, SKIPPED);
}

/** Whether a try makes the target of every given number once, each step worked out rightly. */
export function countdownTryIsRight({ data }: Problem<CountdownData>, attempt: string): boolean {
  const steps = readWrittenSteps(attempt);
  if (steps === null || steps.length !== data.numbers.length - 1) return false;
  const left = [...data.numbers];
  for (const { left: first, operation, right, result } of steps) {
    for (const operand of [first, right]) {
      const place = left.indexOf(operand);
      if (place < 0) return false;
      left.splice(place, 1);
    }
    if (calculate(operation, first, right) !== result) return false;
    left.push(result);
  }
  return left[0] === data.target;
}
