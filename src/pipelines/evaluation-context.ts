import type { EvaluateModelContext } from "../evaluation/evaluate-model.ts";
import { judgeContext } from "../training/training-run.ts";
import type { StageContext } from "./stage-runner.ts";

/** What a stage's sampling and measuring are watched and stopped by; a judge that waits for its verifier says so. */
export function evaluationContext(context: StageContext): EvaluateModelContext {
  return {
    ...judgeContext(context),
    onProgress: (done, total) => context.onEvent?.({ kind: "evaluating", name: "after", done, total }),
  };
}
