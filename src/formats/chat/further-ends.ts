import { TokenizerError } from "../../errors.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { chatTemplateOf } from "../../tokenizer/chat-template.ts";
import { specialTokenId } from "../../tokenizer/end-token.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { renderChats } from "./render-chat.ts";

const ANSWER = "probe 7f3a9c1e";

/**
 * The config of a model with all tokens at which its texts end, wherever its files say so: those of the config, the
 * tokenizer's `eos_token`, and the one that its chat template writes after an answer.
 */
export async function withFurtherEnds(config: ModelConfig, tokenizer: Tokenizer): Promise<ModelConfig> {
  const found = [specialTokenId(tokenizer, "eos_token"), await turnEnd(tokenizer)].flatMap((id) => id ?? []);
  const further = [...new Set(found)].filter((id) => id < config.vocabSize && !config.eosTokenIds.includes(id));
  return further.length === 0 ? config : { ...config, furtherEndIds: further };
}

/** The special token that follows an answer in the chat template; undefined for a template that writes none. */
async function turnEnd(tokenizer: Tokenizer): Promise<number | undefined> {
  const template = chatTemplateOf(tokenizer);
  const added = tokenizer.json["added_tokens"] as readonly { readonly content: string; readonly id: number }[];
  if (template === undefined || added.length === 0) return undefined;
  const conversation = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: ANSWER },
  ] as const;
  // A template that can't be used ends no text; whoever asks by it is told.
  const [text = ""] = await renderChats(template, [conversation], { addGenerationPrompt: false }).catch(
    (error: unknown) => (error instanceof TokenizerError ? [] : Promise.reject(error as Error)),
  );
  const at = text.lastIndexOf(ANSWER);
  const after = at < 0 ? "" : text.slice(at + ANSWER.length).trimStart();
  return added
    .filter(({ content }) => content !== "" && after.startsWith(content))
    .toSorted((a, b) => b.content.length - a.content.length)[0]?.id;
}
