import { measuredSamples } from "./measured-samples.ts";
import { evaluateDetails, type EvaluateModelOptions, type EvaluateModelContext } from "./evaluate-model.ts";
import { integerOption, OptionError } from "../errors.ts";
import { randomKey } from "../random.ts";
import { testTimeCompute, type TestTimeRow } from "./test-time-compute.ts";

/**
 * A model's pass@k and majority vote by the number of samples and by thinking budget, from one set of samples.
 *
 * @throws OptionError for budgets that can't be used
 */
export async function testTimeModel(
  options: EvaluateModelOptions & { readonly budgets: readonly number[] },
  context: EvaluateModelContext = {},
): Promise<TestTimeRow[]> {
  if (options.budgets.length === 0) throw new OptionError("Expected at least one budget of tokens, got none.");
  for (const budget of options.budgets) integerOption("budgets", budget, 1);
  const { judged, task } = await evaluateDetails(
    { samples: 16, ...options, maxCompletionTokens: options.maxCompletionTokens ?? Math.max(...options.budgets) },
    context,
  );
  return testTimeCompute(measuredSamples(judged, task.answerKey), options.budgets, randomKey(options.seed ?? 1));
}
