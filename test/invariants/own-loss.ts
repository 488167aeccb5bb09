import { multiply, scale, sumAll } from "../../src/graph/index.ts";
import type { PolicyLoss } from "../../src/losses/index.ts";

/** A loss of one's own: REINFORCE without a ratio, -sum_t w_t A_t logprob_t, times a factor. */
export default function reinforceLoss(options: { readonly factor: number }): PolicyLoss {
  return {
    name: "reinforce",
    options,
    module: import.meta.url,
    inputs: ["weights", "advantages"],
    ofSamples: true,
    build(logprobs, { weights, advantages }) {
      const gain = sumAll(multiply(multiply(logprobs, advantages!), weights!));
      return { loss: scale(gain, -options.factor) };
    },
  };
}
