import type { DataRow } from "../rows/data-row.ts";
import { contentText, withReasoning } from "../../prompts/index.ts";
import { foreignJson } from "../../text/foreign-json.ts";

/** A message of a conversation. */
export interface DataTurn {
  readonly role: string;
  readonly content: string;
}

/** Roles as tools of the field name them. */
const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  model: "assistant",
  bot: "assistant",
};

/** The value at a column or, by dots, in it: `reward_model.ground_truth`. JSON in a text is looked into. */
export function valueAt(row: DataRow, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  const [first, ...rest] = column.split(".");
  let value: unknown = Object.hasOwn(row, first!) ? row[first!] : undefined;
  for (const name of rest) {
    const object = objectOf(value);
    value = object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return value;
}

/** An object, also one that stands as JSON in a text; null for anything else. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const parsed = typeof value === "string" && value.startsWith("{") ? foreignJson(value).value : value;
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Readonly<Record<string, unknown>>)
    : null;
}

/** A list, also one that stands as JSON in a text; null for anything else. */
export function listOf(value: unknown): readonly unknown[] | null {
  const parsed = typeof value === "string" && value.startsWith("[") ? foreignJson(value).value : value;
  return Array.isArray(parsed) ? parsed : null;
}

/** A value as a text without white space around it; null for what has none. A list of one is what it holds. */
export function plainText(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value.trim() === "" ? null : value.trim();
  if (Array.isArray(value)) return value.length === 1 ? plainText(value[0]) : null;
  return null;
}

/**
 * The turns of a conversation, in the form of OpenAI (role, content) or of ShareGPT (from, value); null for none. The
 * thinking of an assistant's turn that has a field of its own stands before its text.
 */
export function turnsOf(value: unknown): readonly DataTurn[] | null {
  const list = listOf(value);
  if (list === null || list.length === 0) return null;
  const turns = list.map((item): DataTurn | null => {
    const turn = objectOf(item);
    const role = turn?.["role"] ?? turn?.["from"];
    const content = contentText(turn?.["content"] ?? turn?.["value"]);
    if (typeof role !== "string" || content === null) return null;
    const known = ROLES[role] ?? role;
    return { role: known, content: known === "assistant" ? withReasoning(turn!, content) : content };
  });
  return turns.every((turn) => turn !== null) ? turns : null;
}

/** The last turn of a role; null where there is none with a text. */
export function lastTurn(turns: readonly DataTurn[], role: string): string | null {
  return plainText(turns.findLast((turn) => turn.role === role)?.content);
}

/** A question as a column has it: a text, or the last thing that the user says in a conversation. */
export function questionIn(value: unknown): string | null {
  const turns = turnsOf(value);
  return turns === null ? plainText(value) : lastTurn(turns, "user");
}
