import type { ModelConfig } from "../../src/model/model-config.ts";
import { parameterCount, parameterLayout } from "../../src/model/parameters.ts";
import { randomKey, RandomStream } from "../../src/random.ts";

/**
 * Random weights far from 0 and 1, norms and biases too, so that whatever is forgotten shows, and one token is clearly
 * the likeliest.
 */
export function livelyParameters(config: ModelConfig, seed: number): Float32Array {
  const stream = new RandomStream(randomKey(seed));
  const parameters = new Float32Array(parameterCount(config));
  for (const { name, offset, size } of parameterLayout(config)) {
    for (let i = offset; i < offset + size; i++)
      parameters[i] = name.endsWith("norm.weight") ? 1 + 0.2 * stream.normal() : 0.3 * stream.normal();
  }
  return parameters;
}
