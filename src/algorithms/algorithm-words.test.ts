import { expect, test } from "vitest";
import { resolveGroup } from "../options/index.ts";
import { ALGORITHM, type AlgorithmOptions } from "./algorithm-options.ts";
import { algorithmWords } from "./algorithm-words.ts";
import { PRESETS } from "./preset-values.ts";

test.each<readonly [Partial<AlgorithmOptions>, string]>([
  [{}, "modern: mean-centred, sequence-mean, clip 0.2/0.28, no KL"],
  [
    { advantages: "leave-one-out", klCoefficient: 0.01 },
    "modern: leave-one-out, sequence-mean, clip 0.2/0.28, KL 0.01",
  ],
  [
    { critic: true, minibatches: 4, innerEpochs: 2 },
    "modern: PPO with a critic, sequence-mean, clip 0.2/0.28, no KL, 8 updates a step",
  ],
])("%j", (given, words) => {
  const {
    groupSize: _size,
    problemsPerStep: _problems,
    accuracyWeight: _a,
    formatWeight: _f,
    ...modern
  } = PRESETS.modern;
  expect(algorithmWords(resolveGroup(ALGORITHM, given, modern))).toBe(words);
});
