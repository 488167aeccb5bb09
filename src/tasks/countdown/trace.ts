import type { RandomStream } from "../../random.ts";
import { calculate, isWritable, slipFrom } from "../arithmetic-step.ts";
import type { Candidate, Operand, Step } from "./candidate.ts";

/** A candidate as a trace writes it: perhaps with operands swapped, perhaps with a slip. */
export interface WrittenTry {
  readonly steps: readonly Step[];
  /** The last written value, which is what the trace goes by. */
  readonly value: number;
  readonly slipped: boolean;
  readonly key: string;
}

/** `3 + 7 = 10 , 10 * 9 = 90` */
export function stepsText(steps: readonly Step[]): string {
  return steps.map((step) => `${step.left.value} ${step.operation} ${step.right.value} = ${step.value}`).join(" , ");
}

/** Writes a candidate: operands of + and * in either order, each result wrong with chance `slips`. */
export function writeTry(candidate: Candidate, random: RandomStream, slips: number): WrittenTry {
  const steps: Step[] = [];
  let slipped = false;
  const current = (operand: Operand): Operand =>
    operand.step === undefined ? operand : { value: steps[operand.step]!.value, step: operand.step };
  for (const step of candidate.steps) {
    let [left, right] = [current(step.left), current(step.right)];
    if (step.operation !== "-" && random.next() < 0.5) [left, right] = [right, left];
    const exact = calculate(step.operation, left.value, right.value);
    // After a slip a later result may leave the vocabulary; the honest candidate is written instead.
    if (!isWritable(exact)) return writeTry(candidate, random, 0);
    const value = random.next() < slips ? slipFrom(exact, random) : exact;
    slipped ||= value !== exact;
    steps.push({ operation: step.operation, left, right, value });
  }
  return { steps, value: steps[steps.length - 1]!.value, slipped, key: candidate.key };
}
