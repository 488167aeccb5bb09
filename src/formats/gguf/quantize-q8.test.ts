import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { initialParameters, parameterLayout } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey } from "../../random.ts";
import { SPECIAL_TOKENS, TAG_TOKENS } from "../../prompts/index.ts";
import { loadTokenizer } from "../../tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../../tokenizer/word-tokenizer.ts";
import { loadCheckpoint } from "../checkpoint.ts";
import { quantizeQ8 } from "./quantize-q8.ts";
import { saveGguf } from "./save-gguf.ts";

test("a block by hand: the scale is the largest / 127, halves go away from zero", () => {
  const values = new Float32Array(32);
  values.set([127, -63.5, 0.5, -0.5, 0.49]);
  const bytes = quantizeQ8(values);
  expect([...bytes.subarray(0, 2)]).toEqual([0x00, 0x3c]);
  expect([...new Int8Array(bytes.buffer, 2, 5)]).toEqual([127, -64, 1, -1, 0]);
  expect(quantizeQ8(new Float32Array(64))).toEqual(new Uint8Array(68));
});

test("a file is read back within half a step of each block", async () => {
  const tokenizer = loadTokenizer(createWordTokenizer(TAG_TOKENS, SPECIAL_TOKENS));
  const config = tinyConfig({ vocabSize: 64, hiddenSize: 64, ffSize: 48, eosTokenIds: [2] });
  const parameters = initialParameters(config, randomKey(3));
  const path = join(temporaryFolder(), "model.gguf");
  await saveGguf(path, { config, parameters, tokenizer, type: "Q8_0" });
  const read = (await loadCheckpoint(path)).parameters;
  for (const { name, offset, size } of parameterLayout(config)) {
    const [before, after] = [parameters, read].map((all) => all.subarray(offset, offset + size)) as [
      Float32Array,
      Float32Array,
    ];
    const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    before.forEach((value, i) => expect(Math.abs(value - after[i]!), name).toBeLessThanOrEqual((0.51 * largest) / 127));
  }
  expect(read).not.toEqual(parameters);
});
