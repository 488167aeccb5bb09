import { evaluate, type Evaluation } from "../evaluation/evaluate.ts";
import { evaluateGeneral, type GeneralEvaluation } from "../evaluation/evaluate-general.ts";
import { openModel } from "../evaluation/open-model.ts";
import { createTaskJudge } from "../judging/task-judge.ts";
import { measuredSamples, type MeasuredSample } from "../evaluation/measured-samples.ts";
import type { EmergenceMetrics } from "../emergence/index.ts";
import { randomKey, splitKey } from "../random.ts";
import { loadTask, type Split } from "../tasks/index.ts";
import { Policy } from "../policy/local/policy.ts";

export interface MeasureOptions {
  readonly task: string;
  readonly split: Split;
  /** Problems of the split; 0 for all. */
  readonly problems: number;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly seed: number;
  readonly workers: number;
}

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
  const policy = await Policy.start(checkpoint, { workers: options.workers, tokenBudget: 1024 });
  const judge = createTaskJudge(options.task, task.verify, 10);
  const key = splitKey(randomKey(options.seed), "measure");
  try {
    const shared = {
      template,
      samples: options.samples,
      temperature: options.temperature,
      maxCompletionTokens: options.maxCompletionTokens,
    };
    const { evaluation, emergence, judged } = await evaluate(policy, checkpoint.tokenizer, {
      ...shared,
      ...context,
      task,
      judge: judge.judge,
      problems,
      key,
      policyStep: 0,
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
      emergence,
      general,
      difficulties: problems.map(({ difficulty }) => difficulty),
      samples: measuredSamples(judged),
    };
  } finally {
    await judge.stop();
    await policy.stop();
  }
}
