import {
  AhaFinder,
  attemptFinder,
  completionSpans,
  PAPER_REFLECTIVE_WORDS,
  reflectiveWordPattern,
  type CompletionSpan,
} from "../../emergence/index.ts";
import { createCountdown } from "../../tasks/countdown/countdown.ts";
import type { Task } from "../../tasks/task.ts";
import type { SeenGroup, SeenRollout } from "../messages.ts";
import type { SeenStep } from "../client/tab-client.ts";
import type { Attempt } from "../../records/attempt.ts";

/** A completion that rejected a wrong try of its own and ended right. */
export interface TurnedCompletion {
  readonly step: number;
  /** The place of its problem in the step. */
  readonly group: number;
  readonly sample: number;
  readonly problemId: string;
  readonly text: string;
  /** Sampled tokens. */
  readonly length: number;
  /** The wrong try that it rejected first. */
  readonly rejected: string;
  readonly answer: string;
  /** The reflective words in it, each once, in lower case. */
  readonly words: readonly string[];
  /** The step before at which its problem was answered wrong, where this is the first time that it was mended. */
  readonly wrongAt: number | null;
}

/** What is looked for among them; null for anything. */
export interface MomentFilter {
  readonly step: number | null;
  /** Tokens, both included. */
  readonly least: number | null;
  readonly most: number | null;
  readonly word: string | null;
  /** A part of the text, in any case. */
  readonly text: string;
  /** Only first times: see `TurnedCompletion.wrongAt`. */
  readonly firstTimes: boolean;
}

export const ANY_MOMENT: MomentFilter = {
  step: null,
  least: null,
  most: null,
  word: null,
  text: "",
  firstTimes: false,
};

/** What the models of the page were made for. */
const TASK = createCountdown(3) as Task;
const FACTS = { attempts: attemptFinder(TASK)!, reflectiveWords: TASK.reflectiveWords ?? [] };
const WORDS = reflectiveWordPattern([...PAPER_REFLECTIVE_WORDS, ...FACTS.reflectiveWords])!;

/** The completions of a run that turned wrong into right, as its steps come in. */
export class MomentBook {
  /** The trainer has read the tries: reading them again would cost the page's frames. */
  private readonly finder = new AhaFinder(() => this.tries);
  private tries: readonly Attempt[] = [];
  private readonly found: TurnedCompletion[] = [];
  private read = 0;

  /** @param steps all of the run so far: those that were read before are not read again */
  take(steps: readonly SeenStep[]): readonly TurnedCompletion[] {
    for (; this.read < steps.length; this.read++)
      for (const group of steps[this.read]!.groups) for (const rollout of group.rollouts) this.look(group, rollout);
    return this.found;
  }

  private look({ problemIndex }: SeenGroup, seen: SeenRollout): void {
    const { corrects, rejected, answer, problemId, rollout } = seen;
    this.tries =
      corrects && rejected !== null && answer !== null
        ? [
            { text: rejected, outcome: "rejected", right: false },
            { text: answer, outcome: "accepted", right: true },
          ]
        : [];
    const before = this.finder.size;
    this.finder.add([seen]);
    const wrongAt = this.finder.size > before ? this.finder.moments.at(-1)!.wrongAt : null;
    if (!corrects || rejected === null || answer === null || seen.reward.verdict.kind !== "right") return;
    this.found.push({
      step: seen.step,
      group: problemIndex,
      sample: rollout.sample,
      problemId,
      text: rollout.text,
      length: rollout.tokens.length,
      rejected,
      answer,
      words: reflectiveWordsOf(rollout.text),
      wrongAt,
    });
  }
}

function reflectiveWordsOf(text: string): string[] {
  return [...new Set((text.match(WORDS) ?? []).map((word) => word.toLowerCase()))];
}

/** Those that fit, in their order. */
export function fittingMoments(
  moments: readonly TurnedCompletion[],
  { step, least, most, word, text, firstTimes }: MomentFilter,
): TurnedCompletion[] {
  const wanted = text.trim().toLowerCase();
  return moments.filter(
    (moment) =>
      (step === null || moment.step === step) &&
      (least === null || moment.length >= least) &&
      (most === null || moment.length <= most) &&
      (word === null || moment.words.includes(word)) &&
      (!firstTimes || moment.wrongAt !== null) &&
      (wanted === "" || moment.text.toLowerCase().includes(wanted)),
  );
}

/** The reflective words that occur, the commonest first. */
export function wordsOfMoments(moments: readonly TurnedCompletion[]): string[] {
  const counts = new Map<string, number>();
  for (const { words } of moments) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([word]) => word);
}

/** A completion of a run so far by its place; null where there is none. */
export function completionAt(
  steps: readonly SeenStep[],
  place: { readonly step: number; readonly group: number; readonly sample: number },
): SeenRollout | null {
  const step = steps.find(({ metrics }) => metrics.step === place.step);
  const group = step?.groups.find(({ problemIndex }) => problemIndex === place.group);
  return group?.rollouts.find(({ rollout }) => rollout.sample === place.sample) ?? null;
}

/** A wrong completion of a problem at a step; null where there is none. */
export function wrongCompletion(steps: readonly SeenStep[], step: number, problemId: string): SeenRollout | null {
  const groups = steps.find(({ metrics }) => metrics.step === step)?.groups ?? [];
  const rollouts = groups.filter((group) => group.problemId === problemId).flatMap((group) => group.rollouts);
  return rollouts.find(({ reward }) => reward.verdict.kind === "wrong") ?? null;
}

/** What is worth looking at in a completion. */
export function spansOf({ prompt, problemId, rollout, reward }: SeenRollout): CompletionSpan[] {
  const { text, stop } = rollout;
  return completionSpans({ text, prompt, problemId, stop, verdict: reward.verdict }, FACTS);
}
