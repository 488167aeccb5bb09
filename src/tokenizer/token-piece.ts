import { isJsonObject } from "../host/show-json.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * What one token stands for, to be read: its text with its spaces, or its bytes as `\xE2\x82` where they are only a
 * part of a character. An id without a token has none.
 */
export function tokenPiece(tokenizer: Tokenizer, id: number): string | undefined {
  const token = tokenizer.idToToken(id);
  if (token === undefined || addedTokens(tokenizer).has(token)) return token;
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  if (byte !== undefined) return textOf([Number.parseInt(byte, 16)]);
  const decoder = JSON.stringify(tokenizer.json["decoder"] ?? null);
  if (decoder.includes('"ByteLevel"')) {
    const bytes = Array.from(token, (character) => BYTES.get(character));
    return bytes.includes(undefined) ? token : textOf(bytes as number[]);
  }
  return decoder.includes("\u2581") || decoder.includes('"Metaspace"') ? token.replaceAll("\u2581", " ") : token;
}

/** Whether a token is one of those with a meaning of their own, such as the end of a text. */
export function isSpecialToken({ json, idToToken }: Tokenizer, id: number): boolean {
  const added = json["added_tokens"];
  const token = idToToken(id);
  return (
    Array.isArray(added) &&
    added.some((entry) => isJsonObject(entry) && entry["content"] === token && entry["special"] === true)
  );
}

function addedTokens({ json }: Tokenizer): ReadonlySet<unknown> {
  const added = json["added_tokens"];
  return new Set(
    Array.isArray(added) ? added.map((entry) => (isJsonObject(entry) ? entry["content"] : undefined)) : [],
  );
}

function textOf(bytes: readonly number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  }
}

/**
 * GPT-2's characters for bytes: those that can be printed are themselves, the others follow from U+0100 on. Radford et
 * al. 2019.
 */
const BYTES: ReadonlyMap<string, number> = (() => {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !printable(byte));
  return new Map(
    bytes.map((byte) => [String.fromCharCode(printable(byte) ? byte : 0x100 + others.indexOf(byte)), byte]),
  );
})();
