import { CheckpointError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";

/**
 * The token that is learnt as the end of a text. Of several, the one that the tokenizer calls `eos_token`: in instruct
 * models it ends a turn, where the first of the config may end a document.
 *
 * @throws CheckpointError for a model without any
 */
export function endToken({ config, tokenizer, folder }: Pick<Checkpoint, "config" | "tokenizer" | "folder">): number {
  const named = tokenizer.config["eos_token"];
  const text = typeof named === "object" && named !== null && "content" in named ? named.content : named;
  const id = typeof text === "string" ? tokenizer.tokenToId(text) : undefined;
  const chosen = id !== undefined && config.eosTokenIds.includes(id) ? id : config.eosTokenIds[0];
  if (chosen === undefined)
    throw new CheckpointError(
      `Expected the model of ${folder} to have an end-of-sequence token, got none; name it as \`eos_token_id\` in its config.json.`,
    );
  return chosen;
}
