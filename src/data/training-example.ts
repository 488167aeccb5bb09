import { OptionError, show } from "../errors.ts";
import type { DataTurn } from "./shapes/row-values.ts";

/** What supervised fine-tuning learns from. */
export interface TrainingExample {
  readonly prompt: string;
  /** What is to follow the prompt, without the end-of-sequence token. */
  readonly completion: string;
  readonly problemId?: string;
}

/** An example as somebody's data have it: a prompt that is written, or the turns that a template writes. */
export interface SourceExample extends Omit<TrainingExample, "prompt"> {
  readonly prompt: string | readonly DataTurn[];
}

/**
 * A row of somebody's data as an example; fields that aren't known are left out.
 *
 * @param where names the row in errors: `line 3 of "data.jsonl"`
 * @throws OptionError for a row without the fields, with values that aren't strings, or with empty ones
 */
export function checkExample(row: unknown, where: string): TrainingExample {
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw new OptionError(
      `Expected ${where} to be an object with the strings \`prompt\` and \`completion\`, got ${show(row)}; write one such object a line.`,
    );
  const fields = row as Readonly<Record<string, unknown>>;
  const problemId = Object.hasOwn(fields, "problemId") ? (fields["problemId"] ?? undefined) : undefined;
  if (problemId !== undefined && typeof problemId !== "string")
    throw new OptionError(
      `Expected \`problemId\` in ${where} to be a string, got ${show(problemId)}; write it in quotes, or leave it out.`,
    );
  const example = { prompt: text(fields, "prompt", where), completion: text(fields, "completion", where) };
  return problemId === undefined ? example : { ...example, problemId };
}

function text(fields: Readonly<Record<string, unknown>>, name: string, where: string): string {
  if (!Object.hasOwn(fields, name))
    throw new OptionError(
      `Expected ${where} to have the field \`${name}\`, got ${fieldList(Object.keys(fields))}; rename or add it.`,
    );
  const value = fields[name];
  if (typeof value !== "string")
    throw new OptionError(
      `Expected \`${name}\` in ${where} to be a string, got ${show(value)}; write the text itself.`,
    );
  if (value.trim() === "")
    throw new OptionError(
      `Expected \`${name}\` in ${where} to have a text, got ${show(value)}; fill it in, or leave the example out.`,
    );
  return value;
}

/** Fields or columns that are there, for an error that misses another. */
export function fieldList(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names
    .slice(0, 8)
    .map((name) => show(name))
    .join(", ");
  return `only ${shown}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
}
