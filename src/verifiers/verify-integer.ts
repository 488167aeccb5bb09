import type { Problem, Verdict } from "../tasks/task.ts";

const LONGEST = 12;

/** What the verifier of integer answers reads. */
export interface IntegerData {
  readonly value: number;
}

/** Right when the answer is one integer in ASCII digits, perhaps with a sign, and the problem's value. */
export function verifyInteger(problem: Problem<IntegerData>, answer: string): Verdict {
  if (answer.length > LONGEST) return { kind: "wrong", reason: `longer than ${LONGEST} characters` };
  if (!/^[+-]?[0-9]+$/.test(answer)) return { kind: "wrong", reason: "not an integer" };
  const value = Number(answer);
  return value === problem.data.value ? { kind: "right" } : { kind: "wrong", reason: `${value} is not the result` };
}
