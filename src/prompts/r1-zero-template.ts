import type { Problem } from "../records/problem.ts";

/**
 * The prompt of models that read text, with the content of R1-Zero's (arXiv:2501.12948, table 1) in our words: a
 * conversation, thinking before answering, and the tags of both. It says nothing of how to think; that is for RL to
 * find.
 */
export function r1ZeroPrompt(problem: Problem): string {
  return [
    "What follows is a conversation of a User and an Assistant. The User puts a question and the Assistant solves it.",
    "Before answering, the Assistant works the problem out in its mind, and then gives the answer to the User.",
    "The working out stands between <think> and </think> and the answer between <answer> and </answer>, like this: <think> the working out </think> <answer> the answer </answer>.",
    `User: ${problem.question} Assistant:`,
  ].join(" ");
}
