import { parseExpression } from "../../verifiers/expression.ts";

/** What a question asks: these numbers, each once, to make the target. */
export interface AskedNumbers {
  readonly numbers: readonly number[];
  readonly target: number;
}

/** Reads `<bos> 11 3 3 make 24 :`. @returns null where the prompt is of another kind */
export function askedNumbers(prompt: string): AskedNumbers | null {
  const found = /(?:^|\s)(\d+(?: \d+)+) make (\d+)(?:\s|$)/.exec(prompt);
  if (found === null) return null;
  return { numbers: found[1]!.split(" ").map(Number), target: Number(found[2]) };
}

/** An answer as the checker reads it. */
export interface WorkedAnswer {
  /** What it makes. */
  readonly value: number;
  readonly makesTarget: boolean;
  /** Whether it uses each given number once and no other. */
  readonly usesNumbers: boolean;
}

/** @returns null where it is no sum that can be read */
export function workedAnswer(answer: string, { numbers, target }: AskedNumbers): WorkedAnswer | null {
  const parsed = parseExpression(answer);
  if (typeof parsed === "string") return null;
  const inOrder = (values: readonly number[]): string => values.toSorted((a, b) => a - b).join(" ");
  return {
    value: parsed.value,
    makesTarget: parsed.value === target,
    usesNumbers: inOrder(parsed.numbers) === inOrder(numbers),
  };
}

/** A prompt as a reader has it: without the marks around the question. */
export function bareQuestion(prompt: string): string {
  return prompt.replace(/^<bos> /, "").replace(/ :$/, "");
}
