/** What the synthetic traces are like. The model card states what a corpus made with them really contains. */
export interface ArithmeticCorpusOptions {
  /** Share of documents that guess without thinking; the others work it out. */
  readonly direct: number;
  /** Share of guesses that are right. */
  readonly directRight: number;
  /** A wrong guess differs from the right result by at most this. */
  readonly guessSpread: number;
  /** Share of steps with a wrong result. */
  readonly slips: number;
  /** Share of passes with a slip that are called right. */
  readonly falseYes: number;
  /** Share of passes without one that are called wrong. */
  readonly falseNo: number;
  /** Chance to answer after a `no` instead of working it out again. */
  readonly givesUp: number;
  /** Most passes. */
  readonly passes: number;
}

const DEFAULT: ArithmeticCorpusOptions = {
  direct: 0.3,
  directRight: 0.15,
  guessSpread: 6,
  slips: 0.12,
  falseYes: 0.04,
  falseNo: 0.02,
  givesUp: 0.6,
  passes: 6,
};

/** `no-retries` is the control: the same traces, but no document works anything out a second time. */
export const ARITHMETIC_CORPORA: Readonly<Record<string, ArithmeticCorpusOptions>> = {
  default: DEFAULT,
  "no-retries": { ...DEFAULT, givesUp: 1, passes: 1 },
};
