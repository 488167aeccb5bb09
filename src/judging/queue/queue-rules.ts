/** What every queue does alike, wherever it keeps its evaluations. */
export interface QueueRules {
  readonly leaseSeconds?: number;
  /** Tries of an evaluation that ends by an infrastructure error. */
  readonly attempts?: number;
  /** Seconds before the second try; twice as long before each next one. */
  readonly firstWait?: number;
}

export const QUEUE_RULES: Required<QueueRules> = { leaseSeconds: 15, attempts: 5, firstWait: 1 };

/** Evaluators that may die over one evaluation: it is then taken to be what kills them. */
export const MOST_LOSSES = 20;
/** Leases after which an evaluator that says nothing isn't listed any more. */
export const FORGOTTEN = 20;
/** Evaluators that are listed; a crafted queue may have any number. */
export const MOST_EVALUATORS = 256;
/** Characters of a reason in a list. */
export const SHOWN_REASON = 500;
