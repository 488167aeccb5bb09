import type { Problem } from "../records/problem.ts";

/** Words of the template that a vocabulary must hold besides the task's own. */
export const COMPACT_WORDS: readonly string[] = [":"];

/** The prompt of models with a small vocabulary of their own: `<bos> 2 7 9 make 25 :`. What follows is the model's. */
export function compactPrompt(problem: Problem): string {
  return `<bos> ${problem.compactQuestion} :`;
}
