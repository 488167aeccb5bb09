import { evaluatePolicy, type Evaluation } from "../evaluation/evaluate.ts";
import { evaluateGeneral, type GeneralEvaluation } from "../evaluation/evaluate-general.ts";
import type { DataOptions } from "../data/data-options.ts";
import { pickData } from "../data/open-data-task.ts";
import { fittingProblems } from "../asking/prompt-room.ts";
import { loadSubject, withSubject } from "../evaluation/open-subject.ts";
import { measuredSamples, type MeasuredSample } from "../evaluation/measured-samples.ts";
import type { EmergenceMetrics } from "../emergence/index.ts";
import { randomKey, splitKey } from "../random.ts";
import type { MeasuringOptions } from "../evaluation/evaluate-options.ts";
import type { EvaluateModelContext } from "../evaluation/evaluate-model.ts";

/** Of the problems, 0 for all of the split. */
export type MeasureOptions = Partial<DataOptions & Pick<MeasuringOptions, "task" | "device">> &
  Pick<MeasuringOptions, "split" | "problems" | "samples" | "temperature" | "maxCompletionTokens" | "seed" | "workers">;

/** Everything that the claims and the pipeline's table read of a model. */
export interface Measurement {
  readonly evaluation: Evaluation;
  readonly emergence: EmergenceMetrics;
  readonly general: GeneralEvaluation | null;
  readonly difficulties: readonly number[];
  /** By problem and sample. */
  readonly samples: readonly (readonly MeasuredSample[])[];
}

/** Measures a model of any form, or the trained model of a run, on problems that it was not trained on. */
export async function measureModel(
  model: string,
  options: MeasureOptions,
  context: EvaluateModelContext = {},
): Promise<Measurement> {
  const loaded = await loadSubject(model, { task: options.task, ...pickData(options) });
  const { checkpoint, template, task } = loaded;
  const all = task.problems(options.split);
  const problems = fittingProblems(checkpoint, template, options.problems > 0 ? all.slice(0, options.problems) : all, {
    dropLong: options.dropLong === true,
    completion: options.maxCompletionTokens,
  });
  const key = splitKey(randomKey(options.seed), "measure");
  const { samples, temperature, maxCompletionTokens, workers, device = "cpu" } = options;
  const shared = { template, samples, temperature, maxCompletionTokens };
  return withSubject(loaded, { workers, device }, context, async ({ policy, judge }) => {
    const { evaluation, judged } = await evaluatePolicy(policy, checkpoint.tokenizer, {
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
  });
}
