/** What a prompt asks for, by where the answer will be looked for; nothing where any text is an answer. */
const FORMS: Readonly<Record<string, string>> = {
  boxed: "Work the problem out, then give the final answer in \\boxed{}.",
  hashes: "Work the problem out, then give the final answer on a line of its own, after ####.",
  json: "Give the answer as one block of JSON.",
  "last-number": "Work the problem out, and end with the number that is the answer.",
  "after-think": "First work the problem out between <think> and </think>, then give the answer alone.",
  whole: "Give the answer alone.",
};

/** A question with what its answer should look like; null for the form that tags say. */
export function questionInForm(question: string, form: string | undefined): string | null {
  if (form === undefined || form === "answer-tag") return null;
  const words = FORMS[form];
  return words === undefined ? question : `${question}\n\n${words}`;
}
