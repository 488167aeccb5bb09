/**
 * How a stage evaluates itself while it trains: a few validation problems once, enough to see that it learns. What is
 * reported is measured afterwards, in one way for all models (measure-model.ts).
 */
export function coarseEvaluation(problems: number): CoarseEvaluation {
  return { evaluationProblems: problems, evaluationSamples: 1, evaluationSplit: "validation" };
}

export interface CoarseEvaluation {
  readonly evaluationProblems: number;
  readonly evaluationSamples: number;
  readonly evaluationSplit: "validation";
}
