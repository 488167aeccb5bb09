import { TokenizerError } from "../errors.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A model's chat template as its tokenizer has it. */
export interface TokenizerChatTemplate {
  /** Jinja text. */
  readonly text: string;
  /** By their names in `tokenizer_config.json`: `bos_token`, `eos_token` and the like. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

/**
 * The chat template of a tokenizer; undefined for one without. Of several with names, the one called default is taken,
 * or the only one; several without a default are none.
 *
 * @throws TokenizerError where it is of another form
 */
export function chatTemplateOf({ config }: Tokenizer): TokenizerChatTemplate | undefined {
  const value = config["chat_template"] ?? undefined;
  if (value === undefined) return undefined;
  const named = namedTemplates(value);
  const text = named.size === 1 ? [...named.values()][0] : named.get("default");
  return text === undefined ? undefined : { text, specialTokens: specialTokens(config) };
}

/** The templates of a tokenizer by their names: a text alone, a list of names and texts, or texts by name. */
function namedTemplates(value: unknown): ReadonlyMap<string, string> {
  if (typeof value === "string") return new Map([["default", value]]);
  const pairs = Array.isArray(value)
    ? value.map((item) => (isJsonObject(item) ? [item["name"], item["template"]] : []))
    : Object.entries(isJsonObject(value) ? value : {});
  const named = pairs.filter(
    (pair): pair is [string, string] => typeof pair[0] === "string" && typeof pair[1] === "string",
  );
  if (named.length > 0) return new Map(named);
  throw new TokenizerError(
    `Expected \`chat_template\` in tokenizer_config.json to be a text, or templates by their names, got ${showJson(value)}; correct the file.`,
  );
}

function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const extra = config["extra_special_tokens"];
  const texts = Object.entries({ ...config, ...(isJsonObject(extra) ? extra : {}) }).flatMap(([name, value]) => {
    const text = isJsonObject(value) ? value["content"] : value;
    return name.endsWith("_token") && typeof text === "string" ? [[name, text] as const] : [];
  });
  return Object.fromEntries(texts);
}
