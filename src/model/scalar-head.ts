import { parameterCount, parameterLayout, parameterViews } from "./parameters.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * A decoder with one number for each position in place of logits, the beginning of a reward model or a critic: its
 * weights are the decoder's, the head is 0, so that it says 0 everywhere before it is trained.
 *
 * @param parameters flat, in the order of `parameterLayout(config)`
 */
export function withScalarHead(
  config: ModelConfig,
  parameters: Float32Array,
): { readonly config: ModelConfig; readonly parameters: Float32Array } {
  const scalar: ModelConfig = { ...config, scalarHead: true };
  const flat = new Float32Array(parameterCount(scalar));
  const from = parameterViews(parameters, parameterLayout(config));
  for (const [name, view] of parameterViews(flat, parameterLayout(scalar))) {
    const values = from.get(name);
    if (values !== undefined) view.set(values);
  }
  return { config: scalar, parameters: flat };
}
