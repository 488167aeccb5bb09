import { isJsonObject } from "../host/show-json.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

/**
 * The tokens that a tokenizer puts before every text, as text; empty where it puts none. As in transformers, its
 * post-processor says so, and not `add_bos_token` beside a tokenizer.json.
 */
export function beginToken({ json }: Pick<Tokenizer, "json">): string {
  return beforeText(json["post_processor"]) ?? "";
}

/** A post-processor that puts this token before every text. */
export function beginWith(token: string, id: number): TokenizerJson {
  const begin = { SpecialToken: { id: token, type_id: 0 } };
  const [first, second] = ["A", "B"].map((name, i) => ({ Sequence: { id: name, type_id: i } }));
  return {
    type: "TemplateProcessing",
    single: [begin, first],
    pair: [begin, first, { SpecialToken: { id: token, type_id: 1 } }, second],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function beforeText(processor: unknown): string | undefined {
  if (!isJsonObject(processor)) return undefined;
  if (Array.isArray(processor["processors"]))
    return processor["processors"].map(beforeText).find((tokens) => tokens !== undefined);
  const kind = processor["type"];
  // The forms of encoders: a class token before the text.
  if (kind === "RobertaProcessing" || kind === "BertProcessing")
    return Array.isArray(processor["cls"]) && typeof processor["cls"][0] === "string" ? processor["cls"][0] : undefined;
  const single = processor["single"];
  if (kind !== "TemplateProcessing" || !Array.isArray(single)) return undefined;
  const text = single.findIndex((piece) => isJsonObject(piece) && isJsonObject(piece["Sequence"]));
  const tokens = single.slice(0, Math.max(0, text)).map((piece) => tokensOf(piece, processor["special_tokens"]));
  return tokens.length === 0 ? undefined : tokens.join("");
}

/** A special token of a template may stand for several. */
function tokensOf(piece: unknown, special: unknown): string {
  const token = isJsonObject(piece) ? piece["SpecialToken"] : undefined;
  const name = isJsonObject(token) && typeof token["id"] === "string" ? token["id"] : "";
  const known = isJsonObject(special) && Object.hasOwn(special, name) ? special[name] : undefined;
  const tokens = isJsonObject(known) && Array.isArray(known["tokens"]) ? known["tokens"] : [name];
  return tokens.filter((text) => typeof text === "string").join("");
}
