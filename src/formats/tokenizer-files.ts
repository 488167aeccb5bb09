import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenizerError } from "../errors.ts";
import { checkFile, rethrowReadError } from "../host/check-file.ts";
import { readJsonFile, readOptionalJsonFile } from "../host/json-file.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { MOST_BYTES } from "./model-file-limits.ts";

export const TOKENIZER = "tokenizer.json";
const CONFIG = "tokenizer_config.json";
const SPECIAL_TOKENS = "special_tokens_map.json";
const TEMPLATE = "chat_template.jinja";
const PROCESSOR_TEMPLATE = "chat_template.json";
const MORE_TEMPLATES = "additional_chat_templates";
/** What beside `tokenizer.json` says how a model is asked. */
export const TOKENIZER_EXTRAS: readonly string[] = [
  CONFIG,
  SPECIAL_TOKENS,
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
export async function readTokenizerConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await objectOf(folder, CONFIG);
  const tokens = config["added_tokens_decoder"] === undefined ? await objectOf(folder, SPECIAL_TOKENS) : {};
  const template = await ownTemplate(folder);
  const merged = { ...config, ...tokens, ...(template === undefined ? {} : { chat_template: template }) };
  if ((merged["chat_template"] ?? null) !== null) return merged;
  const { chat_template: fallback } = await objectOf(folder, PROCESSOR_TEMPLATE);
  return fallback === undefined ? merged : { ...merged, chat_template: fallback };
}

/** Whether a folder says anything of tokens and templates. */
export function hasTokenizerFiles(folder: string): boolean {
  return [TOKENIZER, ...TOKENIZER_EXTRAS].some((name) => existsSync(join(folder, name)));
}

/** @throws CheckpointError where there is none, with what there is in its place */
export async function readTokenizerJson(folder: string): Promise<unknown> {
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

/** The template that stands in a file of its own; of several with names the one called default, or the only one. */
async function ownTemplate(folder: string): Promise<string | undefined> {
  const more = (await readdir(join(folder, MORE_TEMPLATES)).catch(noFolder)).filter((name) =>
    /^[\w-]+\.jinja$/.test(name),
  );
  if (more.length > MOST_TEMPLATES)
    throw new TokenizerError(
      `Expected ${join(folder, MORE_TEMPLATES)} to hold at most ${MOST_TEMPLATES} templates, got ${more.length}; remove some.`,
    );
  if (more.includes("default.jinja")) return templateOf(join(folder, MORE_TEMPLATES, "default.jinja"));
  if (existsSync(join(folder, TEMPLATE))) return templateOf(join(folder, TEMPLATE));
  return more.length === 1 ? templateOf(join(folder, MORE_TEMPLATES, more[0]!)) : undefined;
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
