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
 * The chat template of a tokenizer; undefined for one without. Of several with names, the one called default is taken.
 *
 * @throws TokenizerError where it is of another form
 */
export function chatTemplateOf({ config }: Tokenizer): TokenizerChatTemplate | undefined {
  const value = config["chat_template"] ?? undefined;
  if (value === undefined) return undefined;
  return { text: typeof value === "string" ? value : namedDefault(value), specialTokens: specialTokens(config) };
}

function namedDefault(value: unknown): string {
  const named = Array.isArray(value)
    ? value.filter(
        (item) => isJsonObject(item) && typeof item["name"] === "string" && typeof item["template"] === "string",
      )
    : [];
  const chosen = named.length === 1 ? named[0] : named.find(({ name }) => name === "default");
  if (chosen !== undefined) return chosen.template as string;
  throw new TokenizerError(
    `Expected \`chat_template\` in tokenizer_config.json to be a text, or a list of templates with one named default, got ${showJson(value)}; correct the file.`,
  );
}

function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(config).flatMap(([name, value]) => {
    const text = isJsonObject(value) ? value["content"] : value;
    return name.endsWith("_token") && typeof text === "string" ? [[name, text] as const] : [];
  });
  return Object.fromEntries(texts);
}
