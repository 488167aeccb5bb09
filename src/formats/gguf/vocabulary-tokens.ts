import { TokenizerError, show } from "../../errors.ts";
import { isJsonObject } from "../../host/show-json.ts";
import type { TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import { TOKEN_KINDS, type GgufToken } from "./token-kinds.ts";

/**
 * Every row of the embedding with its token; rows without one get a name that isn't in the vocabulary.
 *
 * @param json a `tokenizer.json` whose ids are below `size`
 * @throws TokenizerError for a token that has two ids, which llama.cpp doesn't load
 */
export function vocabularyTokens(json: TokenizerJson, size: number): GgufToken[] {
  const model = json["model"] as { readonly vocab: Readonly<Record<string, number>> };
  const tokens: GgufToken[] = [];
  const ids = new Map<string, number>();
  const add = (text: string, id: number, kind: number): void => {
    const other = ids.get(text) ?? id;
    const before = tokens[id]?.text ?? text;
    if (other !== id || before !== text)
      throw new TokenizerError(
        `Expected every token to have an id of its own, got ${show(text)} as ${id} and ${show(other === id ? before : other)}; use \`to: hf\`.`,
      );
    ids.set(text, id);
    tokens[id] = { id, text, kind, score: 0 };
  };
  for (const [text, id] of Object.entries(model.vocab)) add(text, id, TOKEN_KINDS.normal);
  for (const { content, id, special } of addedTokens(json))
    add(content, id, special ? TOKEN_KINDS.control : TOKEN_KINDS.userDefined);
  return Array.from(
    { length: size },
    (_, id) => tokens[id] ?? { id, text: unusedName(id, ids), kind: TOKEN_KINDS.unused, score: 0 },
  );
}

function addedTokens(
  json: TokenizerJson,
): readonly { readonly content: string; readonly id: number; readonly special: boolean }[] {
  const added = json["added_tokens"] as readonly {
    readonly content: string;
    readonly id: number;
    readonly special?: unknown;
  }[];
  return added.map(({ content, id, special }) => ({ content, id, special: special === true }));
}

function unusedName(id: number, taken: ReadonlyMap<string, number>): string {
  let name = `[PAD${id}]`;
  while (taken.has(name)) name = `[${name}]`;
  return name;
}

/** The model of a `tokenizer.json`, which `loadTokenizer` has checked to be an object. */
export function modelOf(json: TokenizerJson): Readonly<Record<string, unknown>> {
  const model = json["model"];
  return isJsonObject(model) ? model : {};
}

/** Merges as pairs, however the file writes them; undefined where one isn't a pair. */
export function mergePairs(json: TokenizerJson): readonly (readonly [string, string])[] | undefined {
  const merges = modelOf(json)["merges"];
  if (!Array.isArray(merges)) return undefined;
  const pairs = merges.map((merge): unknown => (typeof merge === "string" ? merge.split(" ") : merge));
  const isPair = (pair: unknown): pair is [string, string] =>
    Array.isArray(pair) &&
    pair.length === 2 &&
    pair.every((part) => typeof part === "string" && part !== "" && !part.includes(" "));
  return pairs.every(isPair) ? pairs : undefined;
}
