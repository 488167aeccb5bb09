import { opensThinking, parseCompletion } from "../prompts/parse-completion.ts";
import type { Attempt } from "../records/attempt.ts";
import type { StopReason, StoredRollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import type { AttemptFinder } from "./judged-attempts.ts";
import { locateAttempts } from "./locate-attempts.ts";
import { PAPER_REFLECTIVE_WORDS, reflectiveWordPattern } from "./reflective-words.ts";
import { candidateOf } from "./self-correction.ts";

/** A part of a completion that is worth looking at. */
export interface CompletionSpan {
  /** Offsets in the text, in UTF-16 units as JavaScript counts; `to` is excluded. */
  readonly from: number;
  readonly to: number;
  /**
   * `reflection`: a reflective word; `rejected`: a candidate that it rejects, `false-rejection` one that was right;
   * `correction`: a right candidate that it accepts after a rejected one; `false-acceptance`: a wrong one that it
   * accepts.
   */
  readonly kind: "reflection" | "rejected" | "false-rejection" | "correction" | "false-acceptance" | "answer";
}

/** What a task says of its completions; without `attempts` there are no candidates to show. */
export interface SpanFacts {
  readonly attempts?: AttemptFinder;
  readonly reflectiveWords?: readonly string[];
}

/** What is known of a completion beside its text. */
export interface SpannedCompletion {
  readonly text: string;
  /** What stands before it, which may open the thinking. */
  readonly prompt: string;
  readonly problemId: string;
  readonly stop: StopReason;
  /** Of its answer: decides on tries that the task can't judge. */
  readonly verdict: Verdict;
}

/** The same of a stored rollout. */
export function rolloutSpans(
  { prompt, problemId, rollout, reward }: Pick<StoredRollout, "prompt" | "problemId" | "rollout" | "reward">,
  facts: SpanFacts,
): CompletionSpan[] {
  const { text, stop } = rollout;
  return completionSpans({ text, prompt, problemId, stop, verdict: reward.verdict }, facts);
}

/**
 * The parts of a completion that show how it thinks, in order and without overlap: reflective words (the paper's ten
 * and the task's own), candidates that it rejects, the right one that it accepts after a rejection, what it judges
 * wrongly, the answer. A reflective word inside a candidate cuts it in two.
 */
export function completionSpans(completion: SpannedCompletion, facts: SpanFacts): CompletionSpan[] {
  const { text, prompt, problemId } = completion;
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
      : candidateSpans(
          { thinking, offset: text.indexOf(thinking, start) },
          facts.attempts?.(thinking, problemId) ?? [],
          completion,
        );
  return [...cut(candidates, outside), ...outside, ...answers].sort((a, b) => a.from - b.from);
}

function answerSpan(text: string, answer: string): CompletionSpan {
  const from = text.indexOf(answer, text.indexOf("<answer>") + "<answer>".length);
  return { from, to: from + answer.length, kind: "answer" };
}

/** @param place the thinking, and where it begins in the text */
function candidateSpans(
  { thinking, offset }: { readonly thinking: string; readonly offset: number },
  attempts: readonly Attempt[],
  completion: SpannedCompletion,
): CompletionSpan[] {
  let rejected: string | undefined;
  return locateAttempts(thinking, attempts).flatMap((attempt, i): CompletionSpan[] => {
    const { from, to, text } = attempt;
    const candidate = candidateOf(text);
    const another = rejected !== undefined && candidate !== rejected;
    if (attempt.outcome === "rejected") rejected = candidate;
    const kind = candidateKind(attempts[i]!, another, completion);
    return from === null || kind === null ? [] : [{ from: offset + from, to: offset + to, kind }];
  });
}

/** How a candidate is marked; null for one that is not. @param another whether another one was rejected before it */
function candidateKind(
  { outcome, right }: Attempt,
  another: boolean,
  { stop, verdict }: SpannedCompletion,
): CompletionSpan["kind"] | null {
  if (outcome === "rejected") return right === true ? "false-rejection" : "rejected";
  if (outcome === "open") return null;
  if (right === false) return "false-acceptance";
  const isRight = right ?? verdict.kind === "right";
  return another && isRight && stop === "end" ? "correction" : null;
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
