import { RandomStream, randomKey, splitKey } from "../../random.ts";
import { bySplit } from "../by-split.ts";
import { splitOf } from "../split.ts";
import type { Problem, Split } from "../../records/problem.ts";
import type { GeneralPrompts } from "../task.ts";
import { translateWord, type Language } from "./words.ts";

export interface GeneralData {
  readonly numbers: readonly number[];
}

const KEY = splitKey(randomKey(0), "general prompts");
const PROMPTS = 1200;
const LARGEST = 12;

/** What a person likes about an answer, and how much each part counts. */
const LIKED = { order: 0.5, courtesy: 0.3, thinking: 0.2 };

/**
 * Requests to put numbers in order, in English or Chinese: `sort 9 2 7`. People like an answer in order, one that
 * begins with a courtesy in their language, and one that was thought about. Nobody gives a rule for it; a reward model
 * learns it.
 */
export function createGeneralPrompts(): GeneralPrompts {
  const problems = makeProblems();
  return {
    problems: (split) => problems[split],
    preference: (problem, completion) => preference(problem as Problem<GeneralData>, completion),
    demonstration: (problem) => demonstration(problem as Problem<GeneralData>),
  };
}

function makeProblems(): Record<Split, Problem<GeneralData>[]> {
  const random = new RandomStream(KEY);
  const found = new Map<string, Problem<GeneralData>>();
  while (found.size < PROMPTS) {
    const numbers = Array.from({ length: 3 + random.integer(3) }, () => 1 + random.integer(LARGEST));
    const language: Language = random.next() < 0.5 ? "en" : "zh";
    const id = `sort:${language}:${numbers.join(",")}`;
    const question =
      language === "en"
        ? `Please sort ${numbers.join(", ")} from small to large.`
        : `请把 ${numbers.join("、")} 从小到大排序。`;
    found.set(id, {
      id,
      split: splitOf(id),
      question,
      compactQuestion: `${translateWord("sort", language)} ${numbers.join(" ")}`,
      difficulty: (numbers.length - 3) / 2,
      language,
      general: true,
      data: { numbers },
    });
  }
  return bySplit(found.values());
}

function preference(problem: Problem<GeneralData>, completion: string): number {
  const answer = /<answer> (.*?) <\/answer>/.exec(completion)?.[1];
  if (answer === undefined) return 0;
  const words = answer.split(" ");
  const courteous = words[0] === translateWord("sure", problem.language as Language);
  const given = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const thought = /^<think> .+ <\/think> <answer>/.test(completion);
  return (
    LIKED.order * orderShare(given, problem.data.numbers) +
    (courteous ? LIKED.courtesy : 0) +
    (thought ? LIKED.thinking : 0)
  );
}

/** Share of neighbours in order, of an answer that gives every number once; 0 for any other. */
function orderShare(given: readonly number[], numbers: readonly number[]): number {
  if ([...given].sort((a, b) => a - b).join() !== [...numbers].sort((a, b) => a - b).join()) return 0;
  return given.slice(1).filter((value, i) => value >= given[i]!).length / (given.length - 1);
}

function demonstration({ data, language }: Problem<GeneralData>): string {
  const sorted = [...data.numbers].sort((a, b) => a - b).join(" ");
  return `<think> ${sorted} ${translateWord("yes", language as Language)} </think> <answer> ${translateWord("sure", language as Language)} ${sorted} </answer>`;
}
