import { readRunConfig } from "../store/open-run.ts";

const NOTHING: Readonly<Record<string, unknown>> = {};

/**
 * How a run sampled in training, as generation_config.json says it: the trained model is best asked as it learnt to
 * answer. Nothing for a model that stands alone, or a run that didn't sample.
 */
export function trainedSampling(run: string | null): Readonly<Record<string, unknown>> {
  const { temperature, topP = 1, topK = 0 } = run === null ? NOTHING : readRunConfig(run);
  if (typeof temperature !== "number") return {};
  return { do_sample: true, temperature, top_p: topP, top_k: topK };
}
