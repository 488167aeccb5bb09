import type { RandomStream } from "../random.ts";

/** Numbers in a trace are whole words of the vocabulary, from 0 to this. */
export const LARGEST_VALUE = 59;

/** The words of those numbers. */
export const NUMBER_WORDS: readonly string[] = Array.from({ length: LARGEST_VALUE + 1 }, (_, value) => String(value));

export type Operation = "+" | "-" | "*";

export function calculate(operation: Operation, left: number, right: number): number {
  if (operation === "+") return left + right;
  return operation === "-" ? left - right : left * right;
}

/** Whether a trace can write a result. */
export function isWritable(value: number): boolean {
  return value >= 0 && value <= LARGEST_VALUE;
}

/** A wrong result near the right one. */
export function slipFrom(exact: number, random: RandomStream): number {
  const offset = 1 + random.integer(3);
  const wrong = random.next() < 0.5 ? exact - offset : exact + offset;
  return isWritable(wrong) ? wrong : Math.abs(exact - offset);
}

/** One written operation and what was written as its result, right or not. */
export interface WrittenStep {
  readonly left: number;
  readonly operation: Operation;
  readonly right: number;
  readonly result: number;
}

const STEP = /^(\d{1,9}) ([-+*]) (\d{1,9}) = (\d{1,9})$/;

/** Reads `3 + 7 = 10 , 10 * 9 = 90`; null for anything else. */
export function readWrittenSteps(text: string): WrittenStep[] | null {
  const steps: WrittenStep[] = [];
  for (const written of text.split(",")) {
    const parts = STEP.exec(written.trim());
    if (parts === null) return null;
    const [, left, operation, right, result] = parts;
    steps.push({
      left: Number(left),
      operation: operation as Operation,
      right: Number(right),
      result: Number(result),
    });
  }
  return steps;
}
