import { RandomStream, randomKey, splitKey } from "../../random.ts";
import { bySplit } from "../by-split.ts";
import { splitOf } from "../split.ts";
import type { Problem, Split } from "../../records/problem.ts";
import type { Operation } from "../arithmetic-step.ts";
import { expressionText, reduce, type FlatExpression } from "./expression.ts";

export interface ArithmeticData extends FlatExpression {
  readonly value: number;
}

const PROBLEMS = 4000;
const LARGEST_OPERAND = 12;
const MOST_OPERANDS = 5;
const OPERATIONS: readonly Operation[] = ["+", "-", "*"];
const KEY = splitKey(randomKey(0), "arithmetic");

/** The task's problems: drawn from a key that never changes, each expression once, all results writable. */
export function arithmeticProblems(): Record<Split, Problem<ArithmeticData>[]> {
  const random = new RandomStream(KEY);
  const found = new Map<string, Problem<ArithmeticData>>();
  while (found.size < PROBLEMS) {
    const operands = 2 + random.integer(MOST_OPERANDS - 1);
    const numbers = Array.from({ length: operands }, () => random.integer(LARGEST_OPERAND + 1));
    const operations = Array.from({ length: operands - 1 }, () => random.pick(OPERATIONS));
    const value = reduce({ numbers, operations })?.at(-1)!.value;
    const text = expressionText({ numbers, operations });
    if (value !== undefined && !found.has(text)) found.set(text, problemOf(text, { numbers, operations, value }));
  }
  return bySplit(found.values());
}

function problemOf(text: string, data: ArithmeticData): Problem<ArithmeticData> {
  const id = `arithmetic:${text}`;
  return {
    id,
    split: splitOf(id),
    question: `What is ${text}?`,
    compactQuestion: `${text} =`,
    difficulty: (data.operations.length - 1) / (MOST_OPERANDS - 2),
    data,
  };
}
