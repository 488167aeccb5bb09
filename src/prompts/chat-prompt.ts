import { questionInForm } from "./answer-form.ts";

/**
 * What a user asks a model that converses: the question, and the tags of thinking and answer in our words. It says
 * nothing of how to think; that is for RL to find.
 *
 * @param answerForm where the answer will be looked for, where that isn't in tags
 */
export function chatQuestion(question: string, answerForm?: string): string {
  const inForm = questionInForm(question, answerForm);
  if (inForm !== null) return inForm;
  return `${question}\n\nFirst work the problem out between <think> and </think>, then give the answer between <answer> and </answer>, like this: <think> the working out </think> <answer> the answer </answer>`;
}
