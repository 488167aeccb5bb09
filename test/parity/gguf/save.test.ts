import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { initialParameters } from "../../../src/model/parameters.ts";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { saveGguf } from "../../../src/formats/gguf/save-gguf.ts";
import { tinyConfig } from "../../../src/model/tiny-config.ts";
import { beginWith } from "../../../src/tokenizer/begin-token.ts";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer.ts";
import { randomKey } from "../../../src/random.ts";
import { temporaryFolder } from "../../contracts/temporary-folder.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const LINES = JSON.parse(
  gunzipSync(readFileSync(new URL("../tokenizers/lines.json.gz", import.meta.url))).toString(),
) as string[];
const WORDS = [
  "1 + 2 = 3",
  "  <think>7 * ( 8 - 9 )\n</think>\t49<eos> ",
  "",
  "<pad><pad> 0",
  "12 21",
  "\u00a01\u20282",
];

describe.each(["llama", "llama-llama3-rope", "llama-llama3-rope-untied", "llama-linear-rope", "qwen2", "qwen3"])(
  "%s as a GGUF file",
  (name) => {
    test("loads as the folder does, bit for bit, to the same token ids", async () => {
      const original = await loadCheckpoint(new URL(`../fixtures/${name}`, import.meta.url).pathname);
      const path = join(temporaryFolder(), "model.gguf");
      await saveGguf(path, original);
      const { config, parameters, tokenizer } = await loadCheckpoint(path);
      expect(config).toEqual(original.config);
      expect(Buffer.from(parameters.buffer)).toEqual(Buffer.from(original.parameters.buffer));
      expect(tokenizer.json).toEqual(original.tokenizer.json);
      for (const text of WORDS) expect(tokenizer.encode(text), text).toEqual(original.tokenizer.encode(text));
    });
  },
);

describe.each(["gpt2", "smollm", "llama3", "qwen2", "llama2"])("the tokenizer %s in a GGUF file", (name) => {
  test("gives the same ids and texts for 6,000 lines in many scripts", async () => {
    const plain = loadTokenizer(read(`../tokenizers/${name}.json`));
    const bos = plain.idToToken(3)!;
    const original = loadTokenizer(
      { ...plain.json, post_processor: beginWith(bos, 3) },
      {
        bos_token: bos,
        chat_template: "{{ bos_token }}",
      },
    );
    // More rows than tokens, as many models have.
    const config = tinyConfig({
      vocabSize: original.vocabSize + 5,
      bosTokenId: 3,
      eosTokenIds: [original.vocabSize - 3, 7],
      padTokenId: 2,
    });
    const path = join(temporaryFolder(), "model.gguf");
    await saveGguf(path, { config, parameters: initialParameters(config, randomKey(1)), tokenizer: original });
    const found = await loadCheckpoint(path);
    expect(found.config).toEqual(config);
    expect(found.tokenizer.vocabSize).toBe(original.vocabSize);
    expect(found.tokenizer.config).toMatchObject({
      add_bos_token: true,
      chat_template: "{{ bos_token }}",
      bos_token: plain.idToToken(3),
      eos_token: original.idToToken(original.vocabSize - 3),
    });
    const wrong = LINES.filter((line) => {
      const [ids, expected] = [found.tokenizer.encode(line), original.encode(line)];
      return ids.join() !== expected.join() || found.tokenizer.decode(ids) !== original.decode(expected);
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
