import type { Problem } from "../../records/problem.ts";
import type { Verdict } from "../../records/verdict.ts";
import { parseExpression } from "../../verifiers/expression.ts";
import type { CountdownData } from "./problems.ts";

/** Right when the answer is an expression that uses every given number exactly once and makes the target. */
export function verifyCountdown(problem: Problem<CountdownData>, answer: string): Verdict {
  const parsed = parseExpression(answer);
  if (typeof parsed === "string") return { kind: "wrong", reason: parsed };
  const { numbers, target } = problem.data;
  const left = [...numbers];
  for (const number of parsed.numbers) {
    const place = left.indexOf(number);
    if (place < 0)
      return {
        kind: "wrong",
        reason: numbers.includes(number) ? `uses ${number} too often` : `uses ${number}, which is not given`,
      };
    left.splice(place, 1);
  }
  if (left.length > 0) return { kind: "wrong", reason: `leaves out ${left.join(", ")}` };
  if (parsed.value !== target) return { kind: "wrong", reason: `makes ${parsed.value}, not ${target}` };
  return { kind: "right" };
}

/**
 * What an answer makes, and of which numbers: `3 * 4 + 2` and `2 + 3 * 4` are one answer. The verdict depends on
 * nothing else. What can't be read stands for itself.
 */
export function countdownKey(answer: string): string {
  const parsed = parseExpression(answer);
  if (typeof parsed === "string") return answer.replaceAll(/\s/g, "");
  return `${parsed.numbers.toSorted((a, b) => a - b).join(" ")} = ${parsed.value}`;
}
