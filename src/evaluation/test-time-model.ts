import { measuredSamples } from "./measured-samples.ts";
import { evaluateDetails, type EvaluateModelContext } from "./evaluate-model.ts";
import type { EvaluateModelOptions } from "./evaluate-options.ts";
import { integerOption, OptionError } from "../errors.ts";
import { COMMON } from "../options/index.ts";
import { randomKey } from "../random.ts";
import { testTimeCompute, type TestTimeRow } from "./test-time-compute.ts";

/**
 * A model's pass@k and majority vote by the number of samples and by thinking budget, from one set of samples.
 *
 * @throws OptionError for budgets that can't be used
 */
export async function testTimeModel(
  { budgets, ...options }: EvaluateModelOptions & { readonly budgets: readonly number[] },
  context: EvaluateModelContext = {},
): Promise<TestTimeRow[]> {
  if (budgets.length === 0) throw new OptionError("Expected at least one budget of tokens, got none.");
  for (const budget of budgets) integerOption("budgets", budget, 1);
  const { judged, task } = await evaluateDetails(
    {
      ...options,
      samples: options.samples ?? 16,
      maxCompletionTokens: options.maxCompletionTokens ?? Math.max(...budgets),
    },
    context,
  );
  return testTimeCompute(
    measuredSamples(judged, task.answerKey),
    budgets,
    randomKey(options.seed ?? COMMON.seed.fallback),
  );
}
