import { evaluate, type Evaluation } from "../evaluation/evaluate.ts";
import { evaluateGeneral, type GeneralEvaluation } from "../evaluation/evaluate-general.ts";
import type { MeasuringOptions } from "../evaluation/evaluate-options.ts";
import { openModel } from "../evaluation/open-model.ts";
import { createJudge } from "../judging/judge.ts";
import { measuredSamples, type MeasuredSample } from "../evaluation/measured-samples.ts";
import type { EmergenceMetrics } from "../emergence/index.ts";
import { randomKey, splitKey } from "../random.ts";
import { loadTask } from "../tasks/index.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";

/** Of the problems, 0 for all of the split. */
export type MeasureOptions = Pick<
  MeasuringOptions,
  "task" | "split" | "problems" | "samples" | "temperature" | "maxCompletionTokens" | "seed" | "workers"
>;

/** Everything that the claims and the pipeline's table read of a model. */
export interface Measurement {
  readonly evaluation: Evaluation;
  readonly emergence: EmergenceMetrics;
  readonly general: GeneralEvaluation | null;
  readonly difficulties: readonly number[];
  /** By problem and sample. */
  readonly samples: readonly (readonly MeasuredSample[])[];
}

/** Measures a model, or the trained model of a run, on problems that it was not trained on. */
export async function measureModel(
  model: string,
  options: MeasureOptions,
  context: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<Measurement> {
  const { checkpoint, template } = await openModel(model, "", options.task);
  const task = await loadTask(options.task);
  const all = task.problems(options.split);
  const problems = options.problems > 0 ? all.slice(0, options.problems) : all;
  const policy = await startLocalPolicy(checkpoint, { workers: options.workers });
  const judge = createJudge(task, options.task, {}, context);
  const key = splitKey(randomKey(options.seed), "measure");
  try {
    const shared = {
      template,
      samples: options.samples,
      temperature: options.temperature,
      maxCompletionTokens: options.maxCompletionTokens,
    };
    const { evaluation, judged } = await evaluate(policy, checkpoint.tokenizer, {
      ...shared,
      ...context,
      judge,
      problems,
      key,
      version: 0,
    });
    const general =
      task.general === undefined
        ? null
        : await evaluateGeneral(policy, checkpoint.tokenizer, task, {
            ...shared,
            split: options.split,
            key: splitKey(key, "general"),
          });
    return {
      evaluation,
      emergence: evaluation.emergence,
      general,
      difficulties: problems.map(({ difficulty }) => difficulty),
      samples: measuredSamples(judged, task.answerKey),
    };
  } finally {
    await judge.stop();
    await policy.stop();
  }
}
