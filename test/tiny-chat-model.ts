import { readFileSync } from "node:fs";
import { join } from "node:path";
import { saveCheckpoint } from "../src/formats/checkpoint.ts";
import type { ModelConfig } from "../src/model/model-config.ts";
import { initialParameters } from "../src/model/parameters.ts";
import { tinyConfig } from "../src/model/tiny-config.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer.ts";
import { randomKey } from "../src/random.ts";
import { newFolder } from "./run/cli-run.ts";

const parity = (path: string): string => readFileSync(new URL(`parity/${path}`, import.meta.url), "utf8");

/** Turns between <|im_start|> and <|im_end|>, as many instruct models have them. */
export const TURNS: string = parity("chat/templates/turns.jinja");
/** Answers begin with <think>, opened by the prompt. */
export const ALWAYS_THINKING: string = parity("chat/templates/always-thinking.jinja");

const END_OF_TURN = 1202;

/**
 * Saves an untrained model of two narrow layers with a byte-level tokenizer of 1,205 tokens in a new folder. What it
 * writes is noise: tokens in an order that no text would be cut into.
 *
 * @param tokenizerConfig of tokenizer_config.json: a chat template, say
 */
export async function tinyChatModel(
  tokenizerConfig: object = { chat_template: TURNS },
  changes: Partial<ModelConfig> = {},
): Promise<string> {
  const folder = join(newFolder(), "model");
  const config = tinyConfig({ vocabSize: 1205, maxPositions: 512, eosTokenIds: [END_OF_TURN], ...changes });
  const tokenizer = loadTokenizer(JSON.parse(parity("tokenizers/smollm.json")), {
    clean_up_tokenization_spaces: false,
    ...tokenizerConfig,
  });
  await saveCheckpoint(folder, { config, parameters: initialParameters(config, randomKey(1)), tokenizer });
  return folder;
}
