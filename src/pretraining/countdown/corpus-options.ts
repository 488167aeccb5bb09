/** What the synthetic traces are like. The model card states what a corpus made with them really contains. */
export interface CountdownCorpusOptions {
  /** Shares of the kinds of documents; they add up to 1. */
  readonly direct: number;
  readonly short: number;
  readonly long: number;
  /** Share of direct guesses that are right. */
  readonly directRight: number;
  /** Chance to give up after a miss, and most tries, by kind. */
  readonly shortGivesUp: number;
  readonly shortTries: number;
  readonly longGivesUp: number;
  readonly longTries: number;
  /** Share of steps with a wrong result. */
  readonly slips: number;
  /** Share of misses that are called hits. */
  readonly falseYes: number;
  /** Share of retries that begin with a remark. */
  readonly remarks: number;
  /** Candidates are drawn with weight exp(-|value - target| / this). */
  readonly nearness: number;
  /** The same after a remark. */
  readonly remarkNearness: number;
  /** After a remark, candidates on the other side of the target weigh this many times as much. */
  readonly otherSide: number;
  /** Most worked examples before a question; with any, documents come in several forms of the question. */
  readonly mostExamples: number;
}

const DEFAULT: CountdownCorpusOptions = {
  direct: 0.3,
  short: 0.62,
  long: 0.08,
  directRight: 0.13,
  shortGivesUp: 0.6,
  shortTries: 3,
  longGivesUp: 0.05,
  longTries: 14,
  slips: 0.002,
  falseYes: 0.003,
  remarks: 0.35,
  nearness: 20,
  remarkNearness: 12,
  otherSide: 3,
  mostExamples: 0,
};

/**
 * `no-retries` is the control: the same traces, but no document ever tries a second time. `contexts` teaches to read
 * what stands before: none to three examples in the form and of the kind of the question's own completion.
 */
export const COUNTDOWN_CORPORA: Readonly<Record<string, CountdownCorpusOptions>> = {
  default: DEFAULT,
  "no-retries": { ...DEFAULT, short: DEFAULT.short + DEFAULT.long, long: 0, shortGivesUp: 1, shortTries: 1 },
  contexts: { ...DEFAULT, mostExamples: 3 },
};
