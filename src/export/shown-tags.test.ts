import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { describe, expect, test } from "vitest";
import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { SHIPPED_MODELS, shippedModel } from "../formats/shipped-model.ts";
import { parseCompletion, SPECIAL_TOKENS, TAG_TOKENS } from "../prompts/index.ts";
import { loadTokenizer } from "../tokenizer/tokenizer.ts";
import type { TokenizerJson } from "../tokenizer/word-tokenizer.ts";
import { exportModel } from "./export-model.ts";
import { withShownTags } from "./shown-tags.ts";

const COMPLETION = "<think> 1 + 2 = 3 </think> <answer> 1 + 2 </answer>";
const readJson = (path: string): TokenizerJson => JSON.parse(readFileSync(path, "utf8")) as TokenizerJson;

/** As TRL and verl decode: by Hugging Face's library, special tokens left out. */
function decodedElsewhere(folder: string): string {
  const [json, config] = [readJson(join(folder, "tokenizer.json")), readJson(join(folder, "tokenizer_config.json"))];
  const tokenizer = new HuggingFaceTokenizer(json, config);
  const ids = tokenizer.encode(`${COMPLETION} <eos> <pad>`, { add_special_tokens: false }).ids;
  return tokenizer.decode(ids, { skip_special_tokens: true });
}

/** A tokenizer as runs until the reward server had it: every tag a special token. */
function hidden({ tokenizer, ...rest }: Checkpoint): Checkpoint {
  const added = (tokenizer.json["added_tokens"] as object[]).map((token) => ({ ...token, special: true }));
  return { ...rest, tokenizer: loadTokenizer({ ...tokenizer.json, added_tokens: added }, tokenizer.config) };
}

describe.each(SHIPPED_MODELS)("%s", (name) => {
  const folder = shippedModel(name);
  test("its tags outlive a decoder that leaves special tokens out", () => {
    const text = decodedElsewhere(folder);
    expect(text).toBe(COMPLETION);
    expect(parseCompletion(text)).toMatchObject({ answer: "1 + 2", wellFormed: true });
  });

  test("each tag is one token, after the special ones, which stay special", async () => {
    const { tokenizer } = await loadCheckpoint(folder);
    const special = (tokenizer.json["added_tokens"] as { content: string; special: boolean }[]).map(
      (token) => [token.content, token.special] as const,
    );
    expect(special).toEqual([
      ...SPECIAL_TOKENS.map((token) => [token, true] as const),
      ...TAG_TOKENS.map((token) => [token, false] as const),
    ]);
    expect(tokenizer.encode([...SPECIAL_TOKENS, ...TAG_TOKENS].join(""))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("a run with a tokenizer of before", () => {
  const folder = mkdtempSync(join(tmpdir(), "aha-tags-"));

  test("is read as it was, and exported with tags that stay", async () => {
    const shipped = await loadCheckpoint(shippedModel("countdown-small-base"));
    const older = hidden(shipped);
    const ids = older.tokenizer.encode(COMPLETION);
    expect(ids).toEqual(shipped.tokenizer.encode(COMPLETION));
    expect(older.tokenizer.decode(ids)).toBe(COMPLETION);
    expect(older.tokenizer.decode(ids, { skipSpecial: true })).toBe("1 + 2 = 3 1 + 2");

    const model = join(folder, "older");
    await exportModel(shippedModel("countdown-small-base"), { to: "hf", out: model });
    writeFileSync(join(model, "tokenizer.json"), JSON.stringify(older.tokenizer.json));
    for (const to of ["hf", "gguf"] as const) {
      const out = join(folder, to === "hf" ? "mended" : "mended.gguf");
      expect((await exportModel(model, { to, out })).notes).toEqual([]);
      const { tokenizer } = await loadCheckpoint(out);
      expect(tokenizer.decode([...ids, 2], { skipSpecial: true })).toBe(COMPLETION);
    }
    expect(decodedElsewhere(join(folder, "mended"))).toBe(COMPLETION);
  });

  test("a foreign model keeps its tokens, and what they cost is said", async () => {
    const shipped = await loadCheckpoint(shippedModel("countdown-small-base"));
    const { tokenizer, ...rest } = hidden(shipped);
    const model = { ...(tokenizer.json["model"] as object), unk_token: "[UNK]" };
    const foreign = { ...rest, tokenizer: loadTokenizer({ ...tokenizer.json, model }, tokenizer.config) };
    const { checkpoint, notes } = withShownTags(foreign);
    expect(checkpoint).toBe(foreign);
    expect(notes).toEqual([expect.stringMatching(/^The model's <think>, <\/think>, <answer>, <\/answer> are special/)]);
  });
});
