import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenizerError } from "../errors.ts";
import { checkFile, rethrowReadError } from "../host/check-file.ts";
import { readJsonFile, readOptionalJsonFile } from "../host/json-file.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { modelFamily, type ModelConfig } from "../model/model-config.ts";
import { withAddedTokens } from "../tokenizer/added-tokens.ts";
import type { TokenizerJson } from "../tokenizer/word-tokenizer.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { MOST_BYTES } from "./model-file-limits.ts";

export const TOKENIZER = "tokenizer.json";
const CONFIG = "tokenizer_config.json";
const SPECIAL_TOKENS = "special_tokens_map.json";
const ADDED_TOKENS = "added_tokens.json";
const TEMPLATE = "chat_template.jinja";
const PROCESSOR_TEMPLATE = "chat_template.json";
const MORE_TEMPLATES = "additional_chat_templates";
/** What beside `tokenizer.json` says how a model is asked. */
export const TOKENIZER_EXTRAS: readonly string[] = [
  CONFIG,
  SPECIAL_TOKENS,
  ADDED_TOKENS,
  TEMPLATE,
  PROCESSOR_TEMPLATE,
  `${MORE_TEMPLATES}/default.jinja`,
];
const MOST_TEMPLATES = 64;

/**
 * What the files of a model say of its tokens and its chat template, as one `tokenizer_config.json`. As in
 * transformers, `special_tokens_map.json` counts where the config lists no added tokens, and a template in a file of
 * its own before one in the config; a processor's `chat_template.json` where there is no other.
 *
 * @throws CheckpointError, TokenizerError for a file that can't be read or holds something else
 */
async function readTokenizerConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await objectOf(folder, CONFIG);
  const tokens = config["added_tokens_decoder"] === undefined ? await objectOf(folder, SPECIAL_TOKENS) : {};
  const own = await ownTemplate(folder);
  const merged = { ...config, ...tokens, ...(own === undefined ? {} : { chat_template: own }) };
  if ((merged["chat_template"] ?? null) !== null) return merged;
  const { chat_template: fallback } = await objectOf(folder, PROCESSOR_TEMPLATE);
  return fallback === undefined ? merged : { ...merged, chat_template: fallback };
}

/**
 * The tokenizer of a model folder, as all its files say it.
 *
 * @param own where the folder has no `tokenizer.json`: that of the model beneath, whose config counts beneath too
 * @throws CheckpointError, TokenizerError for a file that is missing, can't be read or holds something else
 */
export async function readTokenizer(folder: string, { config, own }: TokenizerContext): Promise<Tokenizer> {
  const json = own !== undefined && !existsSync(join(folder, TOKENIZER)) ? own.json : await readTokenizerJson(folder);
  const given = await readTokenizerConfig(folder);
  if (!isJsonObject(json)) return loadTokenizer(json, given);
  const said = { ...namesByDefault(json, given, config), ...own?.config, ...given };
  const addedTokens = await objectOf(folder, ADDED_TOKENS);
  return loadTokenizer(withAddedTokens(json, { config: said, addedTokens, rows: config.vocabSize }), said);
}

/** The model that a tokenizer belongs to. */
export interface TokenizerContext {
  readonly config: ModelConfig;
  readonly own?: Tokenizer | undefined;
}

const END_OF_TEXT = "<|endoftext|>";

/** What tokenizers of Qwen's and GPT-2's kinds call their tokens in transformers where no file does. */
function namesByDefault(
  { added_tokens: added }: TokenizerJson,
  { tokenizer_class: kind }: Readonly<Record<string, unknown>>,
  config: ModelConfig,
): Readonly<Record<string, string>> {
  const known = Array.isArray(added) && added.some((token) => isJsonObject(token) && token["content"] === END_OF_TEXT);
  const isGpt2 = typeof kind === "string" && kind.startsWith("GPT2Tokenizer");
  const names = modelFamily(config) === "llama" ? [] : ["eos_token", "pad_token", "unk_token"];
  const all = names.length === 0 && isGpt2 ? ["bos_token", "eos_token", "unk_token"] : names;
  return known ? Object.fromEntries(all.map((name) => [name, END_OF_TEXT])) : {};
}

/** Whether a folder says anything of tokens and templates. */
export function hasTokenizerFiles(folder: string): boolean {
  return [TOKENIZER, ...TOKENIZER_EXTRAS].some((name) => existsSync(join(folder, name)));
}

/** @throws CheckpointError where there is none, with what there is in its place */
async function readTokenizerJson(folder: string): Promise<unknown> {
  const path = join(folder, TOKENIZER);
  if (!existsSync(path)) {
    const instead = INSTEAD.find(([names]) => names.every((name) => existsSync(join(folder, name))));
    if (instead !== undefined)
      throw new TokenizerError(
        `Expected ${path}, got ${instead[0].join(" and ")} alone, ${instead[1]}; write tokenizer.json with Python: transformers' AutoTokenizer.from_pretrained("${folder}").save_pretrained("${folder}").`,
      );
  }
  return readJsonFile(path, MOST_BYTES.tokenizer);
}

/** Forms of tokenizers that are named for what they are. */
const INSTEAD: readonly (readonly [names: readonly string[], what: string])[] = [
  [["tokenizer.model"], "a SentencePiece model"],
  [["tekken.json"], "Mistral's form of a tokenizer"],
  [["vocab.json", "merges.txt"], "the older form of a byte-level tokenizer"],
  [["vocab.txt"], "a WordPiece vocabulary"],
  [["spiece.model"], "a SentencePiece model"],
];

async function objectOf(folder: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const json = await readOptionalJsonFile(join(folder, name), MOST_BYTES.tokenizerConfig);
  if (isJsonObject(json)) return json;
  throw new TokenizerError(`Expected ${name} to hold an object, got ${showJson(json)}; copy it again.`);
}

/** The default template where it stands in a file of its own. Others are for tools, and never asked by. */
async function ownTemplate(folder: string): Promise<string | undefined> {
  const more = (await readdir(join(folder, MORE_TEMPLATES)).catch(noFolder)).filter((name) =>
    /^[\w.-]+\.jinja$/.test(name),
  );
  if (more.length > MOST_TEMPLATES)
    throw new TokenizerError(
      `Expected ${join(folder, MORE_TEMPLATES)} to hold at most ${MOST_TEMPLATES} templates, got ${more.length}; remove some.`,
    );
  const path = more.includes("default.jinja") ? join(folder, MORE_TEMPLATES, "default.jinja") : join(folder, TEMPLATE);
  return existsSync(path) ? templateOf(path) : undefined;
}

/** There need be none. */
function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
  throw error;
}

async function templateOf(path: string): Promise<string> {
  await checkFile(path, MOST_BYTES.tokenizerConfig);
  return readFile(path, "utf8").catch((error: unknown) => rethrowReadError(path, error));
}
