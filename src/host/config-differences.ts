import { canonicalJson } from "../store/content-digest.ts";

/** A field in which two configs differ; undefined where one of them lacks it. */
export interface ConfigDifference {
  /** With its path: `optimizer.learningRate`. */
  readonly field: string;
  readonly stored: unknown;
  readonly given: unknown;
}

/** Every field in which two configs differ, compared as the JSON that is stored, in the order of their names. */
export function configDifferences(stored: unknown, given: unknown, field: string = ""): ConfigDifference[] {
  const left = asJson(stored);
  const right = asJson(given);
  if (!isRecord(left) || !isRecord(right))
    return canonicalJson({ left }) === canonicalJson({ left: right }) ? [] : [{ field, stored: left, given: right }];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.flatMap((name) =>
    configDifferences(own(left, name), own(right, name), field === "" ? name : `${field}.${name}`),
  );
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
