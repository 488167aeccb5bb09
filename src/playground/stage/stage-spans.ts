import { completionSpans, type CompletionSpan, type SpannedCompletion } from "../../emergence/completion-spans.ts";
import { countdownAttempts, countdownTryIsRight } from "../../tasks/countdown/attempts.ts";
import { REMARKS } from "../../tasks/countdown/remarks.ts";

/** The marks of a completion: reflective words, candidates turned down, the correction, the answer. */
export function stageSpans(completion: SpannedCompletion): CompletionSpan[] {
  return completionSpans(completion, {
    reflectiveWords: REMARKS,
    attempts: (thinking, problemId) => {
      const data = countdownData(problemId);
      const attempts = countdownAttempts(thinking);
      if (data === null) return attempts;
      const problem = {
        id: problemId,
        split: "train",
        question: "",
        compactQuestion: "",
        difficulty: 0,
        data,
      } as const;
      return attempts.map((attempt) => ({ ...attempt, right: countdownTryIsRight(problem, attempt.text) }));
    },
  });
}

/** What a problem's id says of it: `countdown:3,3,11=24`; null of another. */
function countdownData(problemId: string): { readonly numbers: readonly number[]; readonly target: number } | null {
  const [, numbers, target] = /^countdown:([\d,]+)=(\d+)$/.exec(problemId) ?? [];
  if (numbers === undefined || target === undefined) return null;
  return { numbers: numbers.split(",").map(Number), target: Number(target) };
}

/** A prompt as a question: `11 3 3 make 24`. */
export function stageQuestion(prompt: string): string {
  return prompt
    .replace(/<[^>]*>/g, "")
    .replace(/\s*:\s*$/, "")
    .trim();
}
