/**
 * What a user asks a model that converses: the question, and the tags of thinking and answer in our words. It says
 * nothing of how to think; that is for RL to find.
 */
export function chatQuestion(question: string): string {
  return `${question}\n\nFirst work the problem out between <think> and </think>, then give the answer between <answer> and </answer>, like this: <think> the working out </think> <answer> the answer </answer>`;
}
