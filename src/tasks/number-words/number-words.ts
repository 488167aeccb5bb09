import { RandomStream, randomKey, splitKey } from "../../random.ts";
import { integerKey, verifyInteger, type IntegerData } from "../../verifiers/verify-integer.ts";
import { bySplit } from "../by-split.ts";
import { splitOf } from "../split.ts";
import type { Problem, Split } from "../../records/problem.ts";
import type { Task, TaskExample } from "../task.ts";
import { englishNumber } from "./english-number.ts";

const SUMS = 400;
const DIFFERENCES = 200;
const KEY = splitKey(randomKey(0), "number-words");
/** Shown in the prompt, so asked nowhere. */
const SHOWN: readonly (readonly [left: number, operation: "plus" | "minus" | "", right: number])[] = [
  [214, "", 0],
  [21, "plus", 32],
  [608, "", 0],
  [88, "minus", 45],
];

/**
 * Numbers in English words, for models that read text: write one of three digits in digits, add or subtract two of two
 * digits. A small instruction-tuned model half fails it.
 */
export function createNumberWords(): Task<IntegerData> {
  const shown = new Set(SHOWN.map(([left, operation, right]) => problemOf(left, operation, right).id));
  const problems = bySplit(
    [...writings(), ...sums("plus", SUMS), ...sums("minus", DIFFERENCES)].filter(({ id }) => !shown.has(id)),
  );
  return {
    name: "number-words",
    problems: (split) => problems[split],
    verify: verifyInteger,
    answerKey: integerKey,
    examples: SHOWN.map(([left, operation, right]) => exampleOf(left, operation, right)),
  };
}

function writings(): Problem<IntegerData>[] {
  return Array.from({ length: 900 }, (_, i) => problemOf(100 + i, "", 0));
}

/** Drawn from a key that never changes, each once. */
function sums(operation: "plus" | "minus", count: number): Problem<IntegerData>[] {
  const random = new RandomStream(splitKey(KEY, operation));
  const found = new Map<string, Problem<IntegerData>>();
  while (found.size < count) {
    const [one, other] = [10 + random.integer(90), 10 + random.integer(90)];
    const problem =
      operation === "plus"
        ? problemOf(one, operation, other)
        : problemOf(Math.max(one, other), operation, Math.min(one, other));
    found.set(problem.id, problem);
  }
  return [...found.values()];
}

function problemOf(left: number, operation: "plus" | "minus" | "", right: number): Problem<IntegerData> {
  const id = `number-words:${operation === "" ? left : `${left} ${operation} ${right}`}`;
  const question =
    operation === ""
      ? `Write ${englishNumber(left)} in digits.`
      : `What is ${englishNumber(left)} ${operation} ${englishNumber(right)}?`;
  const { value, difficulty } = answerOf(left, operation, right);
  const place = splitOf(id);
  // No base is made from this task, so what others keep for a corpus is trained on.
  const split: Split = place === "corpus" ? "train" : place;
  return {
    id,
    split,
    question,
    compactQuestion: question,
    difficulty,
    data: { value },
  };
}

function answerOf(
  left: number,
  operation: "plus" | "minus" | "",
  right: number,
): { readonly value: number; readonly difficulty: number } {
  if (operation === "") return { value: left, difficulty: 0 };
  return operation === "plus" ? { value: left + right, difficulty: 0.5 } : { value: left - right, difficulty: 1 };
}

function exampleOf(left: number, operation: "plus" | "minus" | "", right: number): TaskExample {
  const { question, data } = problemOf(left, operation, right);
  const thinking =
    operation === ""
      ? `${englishNumber(left)} is ${left}`
      : `${left} ${operation === "plus" ? "+" : "-"} ${right} = ${data.value}`;
  return { question, completion: `<think> ${thinking} </think> <answer> ${data.value} </answer>` };
}
