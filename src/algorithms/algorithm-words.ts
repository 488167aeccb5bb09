import type { AlgorithmOptions } from "./algorithm-options.ts";

type Said = Pick<
  AlgorithmOptions,
  | "preset"
  | "advantages"
  | "aggregation"
  | "clipEpsilonLow"
  | "clipEpsilonHigh"
  | "klCoefficient"
  | "critic"
  | "minibatches"
  | "innerEpochs"
>;

/** What a run updates its policy by, in one line: `modern: mean-centred, sequence-mean, clip 0.2/0.28, no KL`. */
export function algorithmWords(options: Said): string {
  const { preset, advantages, aggregation, clipEpsilonLow, clipEpsilonHigh, klCoefficient, critic } = options;
  const updates = options.minibatches * options.innerEpochs;
  return `${preset}: ${[
    critic ? "PPO with a critic" : advantages,
    aggregation,
    `clip ${clipEpsilonLow}/${clipEpsilonHigh}`,
    klCoefficient === 0 ? "no KL" : `KL ${klCoefficient}`,
    ...(updates === 1 ? [] : [`${updates} updates a step`]),
  ].join(", ")}`;
}
