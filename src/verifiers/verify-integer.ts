import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";

const LONGEST = 12;
const INTEGER = /^[+-]?[0-9]+$/;

/** What the verifier of integer answers reads. */
export interface IntegerData {
  readonly value: number;
}

/** One integer, however it is spelt (`+7`, `007`); what is none stands for itself. */
export function integerKey(answer: string): string {
  const text = answer.replaceAll(/\s/g, "");
  return text.length <= LONGEST && INTEGER.test(text) ? String(Number(text)) : text;
}

/** Right when the answer is one integer in ASCII digits, perhaps with a sign, and the problem's value. */
export function verifyInteger(problem: Problem<IntegerData>, answer: string): Verdict {
  if (answer.length > LONGEST) return { kind: "wrong", reason: `longer than ${LONGEST} characters` };
  if (!INTEGER.test(answer)) return { kind: "wrong", reason: "not an integer" };
  const value = Number(answer);
  return value === problem.data.value ? { kind: "right" } : { kind: "wrong", reason: `${value} is not the result` };
}
