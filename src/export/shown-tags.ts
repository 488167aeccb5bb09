import type { Checkpoint } from "../formats/checkpoint.ts";
import { isJsonObject } from "../host/show-json.ts";
import { TAG_TOKENS } from "../prompts/index.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { isOwnTokenizer } from "../tokenizer/word-tokenizer.ts";

/**
 * A model as other programs are to read it. Those that leave special tokens out of what they decode (TRL and verl do)
 * would lose tags that are special, and with them every answer. Tokenizers of older runs, which have them so, are
 * mended; of any other model it is said.
 */
export function withShownTags(checkpoint: Checkpoint): {
  readonly checkpoint: Checkpoint;
  readonly notes: readonly string[];
} {
  const { tokenizer } = checkpoint;
  const hidden = hiddenTags(tokenizer);
  if (hidden.length === 0) return { checkpoint, notes: [] };
  if (!isOwnTokenizer(tokenizer.json))
    return {
      checkpoint,
      notes: [
        `The model's ${hidden.join(", ")} ${hidden.length === 1 ? "is a special token" : "are special tokens"}: programs that leave such out of what they decode (TRL, verl) lose the tags, and every reward that reads them is 0. Set \`"special": false\` for them in its tokenizer.json and tokenizer_config.json.`,
      ],
    };
  const added = entriesOf(tokenizer).map((token) =>
    hidden.includes(String(token["content"])) ? { ...token, special: false } : token,
  );
  const json = { ...tokenizer.json, added_tokens: added };
  return { checkpoint: { ...checkpoint, tokenizer: loadTokenizer(json, tokenizer.config) }, notes: [] };
}

/** The tags that are special tokens of a model. */
function hiddenTags(tokenizer: Tokenizer): string[] {
  const special = new Set(
    entriesOf(tokenizer).flatMap((token) => (token["special"] === true ? [token["content"]] : [])),
  );
  return TAG_TOKENS.filter((tag) => special.has(tag));
}

function entriesOf({ json }: Tokenizer): Readonly<Record<string, unknown>>[] {
  const added = json["added_tokens"];
  return Array.isArray(added) ? added.filter(isJsonObject) : [];
}
