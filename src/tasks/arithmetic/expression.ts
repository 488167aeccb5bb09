import { calculate, isWritable, type Operation } from "../arithmetic-step.ts";

/** A flat expression, `numbers[0] operations[0] numbers[1] ...`, read with the usual precedence. */
export interface FlatExpression {
  readonly numbers: readonly number[];
  readonly operations: readonly Operation[];
}

/** One operation of a pass, with the result that is written for it. */
export interface Reduction {
  readonly operation: Operation;
  readonly left: number;
  readonly right: number;
  readonly value: number;
}

/**
 * The expression worked out one operation at a time: products first, then sums and differences, each from the left.
 *
 * @param write the result that is written for an exact one; what comes later goes by it
 * @returns undefined where an exact result leaves the numbers that a trace can write
 */
export function reduce(
  expression: FlatExpression,
  write: (exact: number) => number = (exact) => exact,
): Reduction[] | undefined {
  const numbers = [...expression.numbers];
  const operations = [...expression.operations];
  const done: Reduction[] = [];
  while (operations.length > 0) {
    const place = Math.max(0, operations.indexOf("*"));
    const [operation, left, right] = [operations[place]!, numbers[place]!, numbers[place + 1]!];
    const exact = calculate(operation, left, right);
    if (!isWritable(exact)) return undefined;
    const value = write(exact);
    done.push({ operation, left, right, value });
    numbers.splice(place, 2, value);
    operations.splice(place, 1);
  }
  return done;
}

/** `4 * 2 = 8 , 3 + 8 = 11` */
export function reductionsText(reductions: readonly Reduction[]): string {
  return reductions.map(({ left, operation, right, value }) => `${left} ${operation} ${right} = ${value}`).join(" , ");
}

/** `3 + 4 * 2 - 5` */
export function expressionText({ numbers, operations }: FlatExpression): string {
  return numbers
    .map((number, place) => (place === 0 ? String(number) : `${operations[place - 1]} ${number}`))
    .join(" ");
}
