import { calculate, isWritable, type Operation } from "../arithmetic-step.ts";

/** A given number, or the value of an earlier step (its index). */
export interface Operand {
  readonly value: number;
  readonly step: number | undefined;
}

export interface Step {
  readonly operation: Operation;
  readonly left: Operand;
  readonly right: Operand;
  readonly value: number;
}

/**
 * One way to use all given numbers. `key` is the same for ways that differ only in the order of operands or of
 * independent steps.
 */
export interface Candidate {
  readonly steps: readonly Step[];
  readonly value: number;
  readonly key: string;
}

interface Item {
  readonly operand: Operand;
  readonly key: string;
}

/** Every distinct candidate over some numbers whose values can all be written. */
export function enumerateCandidates(numbers: readonly number[]): Candidate[] {
  const found = new Map<string, Candidate>();
  const items = numbers.map((value): Item => ({ operand: { value, step: undefined }, key: String(value) }));
  extend(items, [], found);
  return [...found.values()];
}

function extend(items: readonly Item[], steps: readonly Step[], found: Map<string, Candidate>): void {
  if (items.length === 1) {
    const key = items[0]!.key;
    if (!found.has(key)) found.set(key, { steps, value: items[0]!.operand.value, key });
    return;
  }
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) {
      const rest = items.filter((_, place) => place !== i && place !== j);
      for (const step of combine(items[i]!.operand, items[j]!.operand)) {
        const joined: Item = {
          operand: { value: step.value, step: steps.length },
          key: joinKeys(step, items[i]!, items[j]!),
        };
        extend([...rest, joined], [...steps, step], found);
      }
    }
  }
}

function joinKeys(step: Step, first: Item, second: Item): string {
  if (step.operation === "-")
    return step.left === first.operand ? `(${first.key}-${second.key})` : `(${second.key}-${first.key})`;
  const [low, high] = first.key <= second.key ? [first.key, second.key] : [second.key, first.key];
  return `(${low}${step.operation}${high})`;
}

function combine(a: Operand, b: Operand): Step[] {
  const steps: Step[] = [];
  const add = (operation: Operation, left: Operand, right: Operand): void => {
    const value = calculate(operation, left.value, right.value);
    if (isWritable(value)) steps.push({ operation, left, right, value });
  };
  add("+", a, b);
  add("*", a, b);
  if (a.value >= b.value) add("-", a, b);
  else add("-", b, a);
  return steps;
}

/** The candidate as an expression, inner results in parentheses: `( 3 + 7 ) * 9`. */
export function candidateText(steps: readonly Step[]): string {
  const side = (operand: Operand): string =>
    operand.step === undefined ? String(operand.value) : `( ${write(operand.step)} )`;
  const write = (index: number): string => {
    const step = steps[index]!;
    return `${side(step.left)} ${step.operation} ${side(step.right)}`;
  };
  return write(steps.length - 1);
}
