import { saveCheckpoint } from "../../src/formats/checkpoint.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { initialParameters } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import { loadTokenizer } from "../../src/tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../../src/tokenizer/word-tokenizer.ts";
import { randomKey } from "../../src/random.ts";

/** The model that suites damage: one layer of width 4 over 6 tokens. */
export const SMALL: ModelConfig = tinyConfig({
  vocabSize: 6,
  hiddenSize: 4,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  ffSize: 6,
  eosTokenIds: [0],
});
export const SMALL_PARAMETERS: Float32Array = initialParameters(SMALL, randomKey(1));

/** Writes it as a folder. */
export async function saveSmallModel(folder: string): Promise<void> {
  const tokenizer = loadTokenizer(createWordTokenizer(["a", "b", "c", "+", "1"], ["<eos>"]));
  await saveCheckpoint(folder, { config: SMALL, parameters: SMALL_PARAMETERS, tokenizer });
}

/** @throws Error, which fails the suite, where what was loaded isn't what it should be */
export function mustEqual(found: Float32Array, expected: Float32Array): void {
  const [a, b] = [found, expected].map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  if (!a!.equals(b!))
    throw new Error(`loaded ${found.length} other parameters than the ${expected.length} that the file holds`);
}
