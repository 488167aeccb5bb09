import { OptionError, show } from "../errors.ts";
import { resolveGroup } from "../options/index.ts";
import type { Verdict } from "../records/verdict.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { RIGHT, unverifiable, wrong, type AnswerVerifier } from "./answer-verifier.ts";
import { extractor } from "./extractors.ts";
import { JSON_OPTIONS, type JsonOptions } from "./verifier-options.ts";
import { compileSchema, SchemaBudgetError, type JsonSchema } from "./json-schema.ts";

/** Characters of an answer, and the values in it. */
const LONGEST = 200_000;
const MOST_VALUES = 20_000;

/**
 * Judges JSON: the answer (all of it, or its only code block) must be JSON, fit the schema where there is one, and be
 * equal to the gold where there is one; the order of fields doesn't count. A gold may be empty where a schema is given.
 *
 * @throws OptionError for a schema that can't be used
 */
export function jsonVerifier({ schema, ...options }: JsonOptions = {}): AnswerVerifier {
  const { partial } = resolveGroup(JSON_OPTIONS, options);
  const checked = schema === undefined ? null : compileSchema(schema);
  const read = (text: string): { readonly value: unknown } | string => readJson(text, checked);
  return {
    kind: "json",
    verify(gold, answer) {
      const expected = gold.trim() === "" ? null : read(gold);
      if (typeof expected === "string") return unverifiable(`the gold: ${expected}`);
      if (expected === null && checked === null) return unverifiable("neither a gold nor a schema");
      if (answer.length > LONGEST) return unverifiable(`longer than ${LONGEST} characters`);
      const given = read(answer);
      if (typeof given === "string") return given.startsWith("too much") ? unverifiable(given) : wrong(given);
      return expected === null ? RIGHT : compared(expected.value, given.value, partial);
    },
    checkGold(gold) {
      if (gold.trim() === "") return checked === null ? "the gold is empty, and there is no schema" : null;
      const expected = read(gold);
      return typeof expected === "string" ? `the gold: ${expected}` : null;
    },
    answerKey(answer) {
      const given = read(answer);
      return typeof given === "string" ? answer.trim().slice(0, LONGEST) : keyOf(given.value);
    },
  };
}

function readJson(text: string, schema: JsonSchema | null): { readonly value: unknown } | string {
  const found = extractor("json").extract(text);
  if (found.answer === null) return found.reason;
  const parsed = foreignJson(found.answer, MOST_VALUES);
  if (parsed.expected !== undefined) return `not ${parsed.expected}`;
  try {
    const misfit = schema?.misfit(parsed.value) ?? null;
    return misfit === null ? { value: parsed.value } : `it doesn't fit the schema: ${misfit}`;
  } catch (error) {
    if (error instanceof SchemaBudgetError) return `too much to check: ${error.message}`;
    throw error;
  }
}

function compared(gold: unknown, answer: unknown, partial: boolean): Verdict {
  if (keyOf(gold) === keyOf(answer)) return RIGHT;
  const differing = differingFields(gold, answer);
  if (differing === null) return wrong(`${show(answer)} is not the gold`);
  const { wrongFields, fields } = differing;
  const reason = `${wrongFields.length} of ${fields} fields differ: ${wrongFields.slice(0, 5).map(show).join(", ")}`;
  const score = (fields - wrongFields.length) / fields;
  return partial && score > 0 && score < 1 ? { kind: "partly", score, reason } : wrong(reason);
}

/** The fields, of either, in which two objects differ; null where one is none. */
function differingFields(
  gold: unknown,
  answer: unknown,
): { readonly wrongFields: readonly string[]; readonly fields: number } | null {
  if (!isObject(gold) || !isObject(answer)) return null;
  // A field too many counts as one that is wrong, so that writing down every field pays nothing.
  const names = [...new Set([...Object.keys(gold), ...Object.keys(answer)])];
  const has = (of: object, name: string): boolean => Object.hasOwn(of, name);
  const wrongFields = names.filter(
    (name) => !has(gold, name) || !has(answer, name) || keyOf(gold[name]) !== keyOf(answer[name]),
  );
  return names.length === 0 ? null : { wrongFields, fields: names.length };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that two values share exactly if they are equal: fields by name, numbers by value. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join(",")}]`;
  if (!isObject(value)) return Object.is(value, -0) ? "0" : (JSON.stringify(value) ?? "null");
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${keyOf(value[name])}`);
  return `{${fields.join(",")}}`;
}

/** The schema of a text. @throws OptionError for what is no JSON object */
export function readSchema(text: string): unknown {
  const parsed = foreignJson(text, MOST_VALUES);
  if (parsed.expected !== undefined)
    throw new OptionError(
      `Expected the schema to be ${parsed.expected}, got ${parsed.got ?? show(text)}; mend the file.`,
    );
  return parsed.value;
}
