import type { Problem, Verdict } from "../task.ts";
import type { ArithmeticData } from "./problems.ts";

const LONGEST = 12;

/** Right when the answer is one integer in ASCII digits, perhaps with a sign, and the expression's value. */
export function verifyArithmetic(problem: Problem<ArithmeticData>, answer: string): Verdict {
  if (answer.length > LONGEST) return { kind: "wrong", reason: `longer than ${LONGEST} characters` };
  if (!/^[+-]?[0-9]+$/.test(answer)) return { kind: "wrong", reason: "not an integer" };
  const value = Number(answer);
  return value === problem.data.value ? { kind: "right" } : { kind: "wrong", reason: `${value} is not the result` };
}
