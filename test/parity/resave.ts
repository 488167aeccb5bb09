/**
 * Loads every fixture with our code and saves it again under a folder, with the token ids of some texts, for
 * check_saved.py: `npx tsx test/parity/resave.ts FOLDER`.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadCheckpoint, saveCheckpoint } from "../../src/formats/checkpoint.ts";
import { randomKey, RandomStream, splitKey } from "../../src/random.ts";

const TEXTS = [
  "1 + 2 = 3",
  "  <think>7 * ( 8 - 9 )\n</think>\t49<eos> ",
  "",
  "<pad><pad> 0",
  "12 21",
  "\u00a01\u20282",
];
const folder = process.argv[2];
if (folder === undefined) throw new Error("Expected a folder to write to.");
const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
for (const name of readdirSync(fixtures)) {
  const { config, parameters, tokenizer } = await loadCheckpoint(join(fixtures, name));
  const texts = [...TEXTS, ...randomTexts(61, tokenizer.idToToken)].map((text) => {
    const ids = tokenizer.encode(text);
    return { text, ids, decoded: tokenizer.decode(ids), plain: tokenizer.decode(ids, { skipSpecial: true }) };
  });
  await saveCheckpoint(join(folder, name), { config, parameters, tokenizer });
  writeFileSync(join(folder, `${name}.texts.json`), JSON.stringify(texts));
}

/** 300 texts of random tokens with random white space between them, and none beside special tokens. */
function randomTexts(vocabSize: number, idToToken: (id: number) => string | undefined): string[] {
  const spaces = [" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u2003", "\u2028", "\u3000"];
  return Array.from({ length: 300 }, (_, i) => {
    const stream = new RandomStream(splitKey(randomKey(0), "texts", i));
    return Array.from({ length: stream.integer(30) }, () => {
      const id = stream.integer(vocabSize);
      return (idToToken(id) ?? "") + (id < 4 && stream.next() < 0.5 ? "" : stream.pick(spaces));
    }).join("");
  });
}
