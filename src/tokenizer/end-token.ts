import { CheckpointError } from "../errors.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The id of a special token by its name in `tokenizer_config.json`; undefined where it names none. */
export function specialTokenId(tokenizer: Tokenizer, name: string): number | undefined {
  const named = tokenizer.config[name];
  const text = typeof named === "object" && named !== null && "content" in named ? named.content : named;
  return typeof text === "string" ? tokenizer.tokenToId(text) : undefined;
}

/**
 * The token that is learnt as the end of a text. Of several, the one that the tokenizer calls `eos_token`: in instruct
 * models it ends a turn, where the first of the config may end a document.
 *
 * @throws CheckpointError for a model without any
 */
export function endToken({
  config,
  tokenizer,
  folder,
}: {
  readonly config: {
    readonly eosTokenIds: readonly number[];
    readonly furtherEndIds?: readonly number[];
  };
  readonly tokenizer: Tokenizer;
  readonly folder: string;
}): number {
  const id = specialTokenId(tokenizer, "eos_token");
  const ends = [...config.eosTokenIds, ...(config.furtherEndIds ?? [])];
  const chosen = id !== undefined && ends.includes(id) ? id : ends[0];
  if (chosen === undefined)
    throw new CheckpointError(
      `Expected the model of ${folder} to have an end-of-sequence token, got none; name it as \`eos_token_id\` in its config.json.`,
    );
  return chosen;
}
