import type { RandomStream } from "../random.ts";
import type { Problem } from "../records/problem.ts";

/** A document that a base model is made from: what it is asked, and what it is shown to write. */
export interface CorpusDocument {
  readonly problem: Problem;
  /** What it is asked, where that is not the compact question alone. */
  readonly prompt?: string;
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
  /** Whether a base of a variant learns to write what stands before a completion too. */
  lossOnPrompts?(variant: string): boolean;
  /** The next document, about a problem of the `corpus` split. */
  document(variant: string, random: RandomStream): CorpusDocument;
  /** Points with a known continuation, about problems of the `corpus` split that differ from call to call. */
  probe(random: RandomStream): Probe;
  /** Measures so many documents of a variant, for the card of a base. */
  describe?(variant: string, documents: number): readonly CorpusStatistic[];
  /** What the probes must show before RL. */
  readonly gate: readonly GateRule[];
}
