import { Ajv, type ValidateFunction } from "ajv";
import { OptionError, show } from "../errors.ts";
import { linearPattern } from "./linear-pattern.ts";

/** Bounds of a schema: it comes with data, from anybody. */
const MOST_SCHEMAS = 2000;
const DEEPEST_SCHEMA = 64;
/** Subschemas that one answer may be checked against. */
const MOST_CHECKS = 200_000;

const COUNTER = "x-aha-count";

/** Whether a value fits a schema. */
export interface JsonSchema {
  /** Why a value doesn't fit; null where it does. @throws SchemaBudgetError where it takes too long to say */
  misfit(value: unknown): string | null;
}

/** A schema and an answer that together take too many checks. */
export class SchemaBudgetError extends Error {
  override readonly name: string = "SchemaBudgetError";
}

/** Keywords that hold one schema, a list of schemas, or schemas by name (JSON Schema, draft 7 and 2020-12). */
const ONE = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
];
const MANY = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const NAMED = ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];
/** What would take a schema elsewhere, or make of a text a place. */
const REFUSED = [
  "$id",
  "id",
  "$anchor",
  "$dynamicRef",
  "$dynamicAnchor",
  "$recursiveRef",
  "$recursiveAnchor",
  "$async",
];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compiles a JSON schema that nobody here wrote. Its size, the checks it may take and the time of its patterns are
 * bounded; references stay within the schema; patterns run in linear time.
 *
 * @throws OptionError for what is no schema, or one that isn't taken
 */
export function compileSchema(schema: unknown): JsonSchema {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) throw refused("an object", show(schema));
  const places = new Set<string>();
  const counted = withCounters(schema as Fields, "#", { places, left: MOST_SCHEMAS });
  for (const reference of referencesOf(counted))
    if (!places.has(reference)) throw refused("references to its own parts, such as #/$defs/name", show(reference));
  let left = 0;
  const ajv = new Ajv({
    strict: false,
    allErrors: false,
    validateFormats: false,
    inlineRefs: false,
    logger: false,
    messages: true,
    ownProperties: true,
    code: { regExp: Object.assign((pattern: string) => linearPattern(pattern), { code: "linearPattern" }) },
  });
  ajv.addKeyword({
    keyword: COUNTER,
    validate: () => {
      if (--left < 0) throw new SchemaBudgetError(`more than ${MOST_CHECKS} checks`);
      return true;
    },
  });
  const validate = compiled(ajv, counted);
  return {
    misfit(value) {
      left = MOST_CHECKS;
      try {
        if (validate(value)) return null;
      } catch (error) {
        if (error instanceof RangeError)
          throw new SchemaBudgetError("a schema that goes round in circles", { cause: error });
        throw error;
      }
      const [first] = validate.errors ?? [];
      return `${first?.instancePath === "" ? "it" : (first?.instancePath ?? "it")} ${first?.message ?? "doesn't fit"}`;
    },
  };
}

function compiled(ajv: Ajv, schema: Fields): ValidateFunction {
  try {
    return ajv.compile(schema);
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw refused("a valid one", show(error instanceof Error ? error.message : error));
  }
}

function refused(expected: string, got: string): OptionError {
  return new OptionError(`Expected the JSON schema to be ${expected}, got ${got}; mend the schema.`);
}

interface Walk {
  readonly places: Set<string>;
  left: number;
}

/** The schema with a counter in each of its parts; where these are is written down. */
function withCounters(schema: Fields, place: string, walk: Walk): Fields {
  if (place.split("/").length > DEEPEST_SCHEMA || --walk.left < 0)
    throw refused(`at most ${MOST_SCHEMAS} schemas, ${DEEPEST_SCHEMA} deep`, "more");
  walk.places.add(place);
  const parts = Object.create(null) as Record<string, unknown>;
  const inner = (value: unknown, at: string): unknown => {
    if (typeof value === "boolean") walk.places.add(at);
    return isFields(value) ? withCounters(value, at, walk) : value;
  };
  for (const [name, value] of Object.entries(schema)) {
    const at = `${place}/${name}`;
    if (REFUSED.includes(name) && typeof value === "string") {
      if (place === "#" && (name === "$id" || name === "id")) continue;
      throw refused("one without $id, anchors and dynamic references in its parts", name);
    }
    if (name === "$schema" || name === COUNTER) continue;
    // The dialect that is asked for may not be known; what all share is checked.
    if (MANY.includes(name) && Array.isArray(value)) parts[name] = value.map((part, i) => inner(part, `${at}/${i}`));
    else if (ONE.includes(name)) parts[name] = inner(value, at);
    else if (NAMED.includes(name) && isFields(value))
      parts[name] = Object.fromEntries(
        Object.entries(value).map(([key, part]) => [key, inner(part, `${at}/${pointerOf(key)}`)]),
      );
    else parts[name] = value;
  }
  return { [COUNTER]: true, ...parts };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name as a part of a JSON pointer (RFC 6901). */
function pointerOf(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function referencesOf(schema: Fields): string[] {
  const found: string[] = [];
  const waiting: unknown[] = [schema];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) waiting.push(...(next as unknown[]).filter((part) => part !== undefined));
    else if (isFields(next)) {
      if (typeof next["$ref"] === "string") found.push(decoded(next["$ref"]));
      waiting.push(...Object.values(next).filter((part) => part !== undefined));
    }
  }
  return found;
}

function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference).replace(/\/$/, "");
  } catch {
    return reference;
  }
}
