import { show } from "../../errors.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import type { DataRow, RowFault } from "./data-row.ts";

/** Characters at the end of a broken row that are looked at. */
const LOOKED_AT = 80;

/** A row, or why it is none. */
export type ReadJsonRow =
  | { readonly row: DataRow; readonly fault?: never }
  | { readonly fault: RowFault; readonly row?: never };

/** How errors speak of the rows of a file. */
export interface RowWords {
  /** Names a row by its number: `line 3 of "data.jsonl"`. */
  where(number: number): string;
  readonly advice: string;
}

/**
 * Reads an object of JSON.
 *
 * @param text null for bytes that are not UTF-8
 * @param number by which errors name the row
 */
export function jsonRow(text: string | null, number: number, words: RowWords): ReadJsonRow {
  if (text === null) return { fault: brokenText(words.where(number)) };
  const json = foreignJson(text);
  if (json.expected !== undefined) {
    const mistake = json.got === null ? mistakeIn(text) : null;
    return {
      fault: {
        reason: mistake === null ? "no JSON" : `no JSON: ${mistake.reason}`,
        message: `Expected ${words.where(number)} to be ${json.expected}, got ${json.got ?? show(text)}; ${mistake?.advice ?? words.advice}.`,
      },
    };
  }
  const { value } = json;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { row: value as DataRow };
  const message = `Expected ${words.where(number)} to be an object with columns by name, got ${show(value)}; ${words.advice}.`;
  return { fault: { reason: "no object", message } };
}

/** What people write where JSON has another form. */
const MISTAKES: readonly (readonly [sign: RegExp, reason: string, advice: string])[] = [
  [/,\s*[}\]]\s*,?\s*$/, "a comma before the end", "remove the comma before the closing bracket"],
  [/\}\s*,\s*$/, "a comma after the end", "remove the comma after the closing bracket"],
];

function mistakeIn(text: string): { readonly reason: string; readonly advice: string } | null {
  if (/^\s*\{\s*'/.test(text.slice(0, LOOKED_AT)))
    return { reason: "single quotes", advice: "write names and texts in double quotes, as JSON has them" };
  const end = text.slice(-LOOKED_AT);
  const [, reason, advice] = MISTAKES.find(([sign]) => sign.test(end)) ?? [];
  return reason === undefined ? null : { reason, advice: advice! };
}

/** The fault of a row whose bytes are no text. */
export function brokenText(where: string): RowFault {
  return {
    reason: "not UTF-8",
    message: `Expected ${where} to be UTF-8, got other bytes; save the file as UTF-8.`,
  };
}
