import type { RandomStream } from "../random.ts";

/** The disjoint parts of a task's problems. RL sees `train`, settings are chosen on `validation`, `heldOut` is touched once, at the end; base models are made from `corpus`. */
export type Split = "corpus" | "train" | "validation" | "heldOut";
export const SPLITS: readonly Split[] = ["corpus", "train", "validation", "heldOut"];

export interface Problem<Data = unknown> {
  /** Names the problem for good: the same problem has the same id in every run. */
  readonly id: string;
  readonly split: Split;
  /** The question as a person would write it. */
  readonly question: string;
  /** The question in the words of the task's small vocabulary; equal to `question` where there is none. */
  readonly compactQuestion: string;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  /** The language that the question is asked in, as a BCP 47 tag such as `en` or `zh`; where absent, no reward looks at language. */
  readonly language?: string;
  /** No rule decides on it: a general prompt. */
  readonly general?: true;
  readonly data: Data;
}

/** What a verifier found. A crash, a time-out or an unreadable answer is never silently a 0. */
export type Verdict =
  | { readonly kind: "right" }
  | { readonly kind: "wrong"; readonly reason: string }
  | { readonly kind: "unverifiable"; readonly reason: string };

/** One candidate that a completion considered. */
export interface Attempt {
  /** The candidate as it was written. */
  readonly text: string;
  /** `accepted` and `rejected` are the model's own words about it; `open` when it said neither. */
  readonly outcome: "accepted" | "rejected" | "open";
  /** Where it begins in the thinking text, in UTF-16 units; where absent, those who show it search for its text. */
  readonly at?: number;
}

/** A document that a base model is made from: what it is asked, and what it is shown to write. */
export interface CorpusDocument {
  readonly problem: Problem;
  /** The completion, after the prompt and without the end-of-sequence token. */
  readonly completion: string;
}

/** A point inside a trace where the right next token is known: what the gate after `pretrain` measures. */
export interface Probe {
  /** What is measured, for example "hit", "miss", "arithmetic". */
  readonly kind: string;
  readonly problem: Problem;
  /** The completion up to the point. */
  readonly prefix: string;
  /** The tokens, any of which is right; the sum of their probabilities is measured. */
  readonly tokens: readonly string[];
}

/** A bound that a base must keep before RL: the mean probability of the probes' tokens of one kind. */
export interface GateRule {
  readonly kind: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** In plain words, for the card. */
  readonly meaning: string;
}

/** A question with a right completion, which shows the form of an answer. */
export interface TaskExample {
  readonly question: string;
  readonly completion: string;
}

/** A family of problems that a program can check. */
export interface Task<Data = unknown> {
  readonly name: string;
  /** The problems of a split, always in the same order. */
  problems(split: Split): readonly Problem<Data>[];
  /** Decides on the text inside <answer></answer>. Never throws for any text; never evaluates it. */
  verify(problem: Problem<Data>, answer: string): Verdict | Promise<Verdict>;
  /** The candidates that a thinking text considers, in order; where absent, tries are not counted. */
  attempts?(thinking: string): readonly Attempt[];
  /** The task's own reflective words, beside the paper's ten. */
  readonly reflectiveWords?: readonly string[];
  /** A question of the small vocabulary in another language; absent where the task has one language. */
  translateQuestion?(compactQuestion: string, language: string): string;
  /** A completion in a clean, readable form, in the question's language; its answer stays. What a person does by hand for R1's cold start (arXiv:2501.12948, section 2.3.1). */
  rewrite?(problem: Problem<Data>, completion: string): string;
  /** Prompts of the same users that no rule can check; where absent, there are only reasoning problems. */
  readonly general?: GeneralPrompts;
  /** What a prompt shows before the question, for models that don't know the form of an answer; none of them is a problem of any split. */
  readonly examples?: readonly TaskExample[];
  /** What a base model can be made from; where absent, the task needs a model that reads text. */
  readonly corpus?: TaskCorpus;
}

/** Prompts without a verifiable answer: R1's general data (arXiv:2501.12948, section 2.3.4), for which a reward model is learnt. */
export interface GeneralPrompts {
  problems(split: Split): readonly Problem[];
  /**
   * How much a person would like a completion, from 0 to 1. Stands for human preference: it labels preference pairs and
   * measures, and is never itself a reward.
   */
  preference(problem: Problem, completion: string): number;
  /** A completion of the kind that fine-tuning data shows: what a careful writer would give. */
  demonstration(problem: Problem): string;
}

/** A measured property of a corpus, in words: a row of a model card. */
export interface CorpusStatistic {
  readonly label: string;
  readonly value: string;
}

/** How a task makes the texts that a base model is trained on from scratch. */
export interface TaskCorpus {
  /** Every word of the small vocabulary, without the special tokens. */
  readonly vocabulary: readonly string[];
  /** The kinds of corpus by name, for example "default" and "no-retries" (a control). */
  readonly variants: readonly string[];
  /** The next document, about a problem of the `corpus` split. */
  document(variant: string, random: RandomStream): CorpusDocument;
  /** Points with a known continuation, about problems of the `corpus` split that differ from call to call. */
  probe(random: RandomStream): Probe;
  /** Measures so many documents of a variant, for the card of a base. */
  describe?(variant: string, documents: number): readonly CorpusStatistic[];
  /** What the probes must show before RL. */
  readonly gate: readonly GateRule[];
}
