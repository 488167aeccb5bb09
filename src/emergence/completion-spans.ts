import { opensThinking, parseCompletion } from "../prompts/parse-completion.ts";
import type { Attempt } from "../records/attempt.ts";
import type { Task } from "../tasks/task.ts";
import { locateAttempts } from "./locate-attempts.ts";
import { PAPER_REFLECTIVE_WORDS, reflectiveWordPattern } from "./reflective-words.ts";
import { candidateOf } from "./self-correction.ts";

/** A part of a completion that is worth looking at. */
export interface CompletionSpan {
  /** Offsets in the text, in UTF-16 units as JavaScript counts; `to` is excluded. */
  readonly from: number;
  readonly to: number;
  /**
   * `reflection`: a reflective word; `rejected`: a candidate that it rejects; `correction`: the candidate that it tries
   * after one.
   */
  readonly kind: "reflection" | "rejected" | "correction" | "answer";
}

/** What a task says of its completions; without `attempts` there are no candidates to show. */
export type SpanFacts = Pick<Task, "attempts" | "reflectiveWords">;

/**
 * The parts of a completion that show how it thinks, in order and without overlap: reflective words (the paper's ten
 * and the task's own), candidates that it rejects, the other candidate that it keeps after a rejection, the answer. A
 * reflective word inside a candidate cuts it in two.
 *
 * @param prompt what stands before the completion, which may open the thinking
 */
export function completionSpans(text: string, facts: SpanFacts, prompt: string = ""): CompletionSpan[] {
  const { thinking, answer } = parseCompletion(text, prompt);
  const pattern = reflectiveWordPattern([...PAPER_REFLECTIVE_WORDS, ...(facts.reflectiveWords ?? [])]);
  const reflections =
    pattern === null
      ? []
      : Array.from(text.matchAll(pattern), ({ 0: word, index }): CompletionSpan => ({
          from: index,
          to: index + word.length,
          kind: "reflection",
        }));
  const answers = answer === null || answer === "" ? [] : [answerSpan(text, answer)];
  const outside = reflections.filter((word) => answers.every((span) => word.to <= span.from || word.from >= span.to));
  const start = opensThinking(prompt) ? 0 : text.indexOf("<think>") + "<think>".length;
  const candidates =
    thinking === null || thinking === ""
      ? []
      : candidateSpans(thinking, text.indexOf(thinking, start), facts.attempts?.(thinking) ?? []);
  return [...cut(candidates, outside), ...outside, ...answers].sort((a, b) => a.from - b.from);
}

function answerSpan(text: string, answer: string): CompletionSpan {
  const from = text.indexOf(answer, text.indexOf("<answer>") + "<answer>".length);
  return { from, to: from + answer.length, kind: "answer" };
}

/** @param offset where the thinking begins in the text */
function candidateSpans(thinking: string, offset: number, attempts: readonly Attempt[]): CompletionSpan[] {
  let rejected: string | undefined;
  return locateAttempts(thinking, attempts).flatMap(({ text, outcome, from, to }): CompletionSpan[] => {
    const candidate = candidateOf(text);
    const corrects = rejected !== undefined && candidate !== rejected;
    if (outcome === "rejected") rejected = candidate;
    else if (!corrects) return [];
    return from === null
      ? []
      : [{ from: offset + from, to: offset + to, kind: outcome === "rejected" ? "rejected" : "correction" }];
  });
}

/** What is left of spans around words, both in order. */
function cut(spans: readonly CompletionSpan[], words: readonly CompletionSpan[]): CompletionSpan[] {
  const left: CompletionSpan[] = [];
  let next = 0;
  for (const { from, to, kind } of spans) {
    let start = from;
    while (next < words.length && words[next]!.to <= from) next++;
    for (let word = words[next]; word !== undefined && word.from < to; word = words[++next]) {
      if (word.from > start) left.push({ from: start, to: word.from, kind });
      start = word.to;
    }
    if (start < to) left.push({ from: start, to, kind });
  }
  return left;
}
