import { show } from "../errors.ts";

/** How a value doesn't fit: where, what was expected and what came. */
export interface Misfit {
  /** `emergence.meanLength`; empty for the value itself. */
  readonly field: string;
  readonly expected: string;
  readonly got: unknown;
}

/** What a value of a file that came from elsewhere must be like. @returns null where it is */
export type Shape = (value: unknown) => Misfit | null;

/**
 * The largest number of 32-bit floats, in which everything is computed that isn't counted. What is larger breaks sums
 * of it.
 */
export const LARGEST: number = 3.4028234e38;

export function number(least: number = -LARGEST, most: number = LARGEST): Shape {
  const expected = least > -LARGEST || most < LARGEST ? `a number from ${least} to ${most}` : "a number";
  return (value) =>
    typeof value === "number" && value >= least && value <= most ? null : { field: "", expected, got: value };
}

export function integerWithin(least: number, most: number): Shape {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : { field: "", expected: `an integer from ${least} to ${most}`, got: value };
}

/** @param most characters */
export function boundedText(most: number): Shape {
  return (value) =>
    typeof value === "string" && value.length <= most
      ? null
      : { field: "", expected: `a text of at most ${most} characters`, got: value };
}

/** A SHA-256 in hexadecimal digits. */
export const sha256Shape: Shape = (value) =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? null : { field: "", expected: "a SHA-256", got: value };

export const truth: Shape = (value) =>
  typeof value === "boolean" ? null : { field: "", expected: "true or false", got: value };

export function oneOf(...words: readonly string[]): Shape {
  return (value) =>
    words.includes(value as string) ? null : { field: "", expected: `one of ${words.join(", ")}`, got: value };
}

export function orNull(shape: Shape): Shape {
  return (value) => {
    const misfit = value === null ? null : shape(value);
    return misfit?.field === "" ? { ...misfit, expected: `${misfit.expected} or null` } : misfit;
  };
}

export function list(item: Shape, most: number): Shape {
  return (value) => {
    if (!Array.isArray(value) || value.length > most)
      return { field: "", expected: `a list of at most ${most}`, got: value };
    return firstMisfit(value.entries(), item);
  };
}

/** Any names, each with a value of one shape. */
export function namedValues(item: Shape, most: number): Shape {
  return (value) => {
    if (!isRecord(value) || Object.keys(value).length > most)
      return { field: "", expected: `an object of at most ${most} names`, got: value };
    return firstMisfit(Object.entries(value), item);
  };
}

/** Fields that must be there and fields that may be; others, of later versions, are nobody's business. */
export function fields(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const known = Object.entries({ ...required, ...optional });
  return (value) => {
    if (!isRecord(value)) return { field: "", expected: "an object", got: value };
    for (const [name, shape] of known) {
      const isThere = Object.hasOwn(value, name);
      if (!isThere && !Object.hasOwn(required, name)) continue;
      const misfit = shape(isThere ? value[name] : undefined);
      if (misfit !== null) return within(name, misfit);
    }
    return null;
  };
}

/** `Expected FIELD to be ..., got ...`, after the place where the value was found. */
export function misfitText({ field, expected, got }: Misfit): string {
  const what = field === "" ? "expected" : `expected \`${field.slice(0, 100)}\` to be`;
  return `${what} ${expected}, got ${got === undefined ? "nothing" : show(got)}`;
}

function firstMisfit(entries: Iterable<readonly [string | number, unknown]>, shape: Shape): Misfit | null {
  for (const [name, item] of entries) {
    const misfit = shape(item);
    if (misfit !== null) return within(String(name), misfit);
  }
  return null;
}

function within(name: string, misfit: Misfit): Misfit {
  return { ...misfit, field: misfit.field === "" ? name : `${name}.${misfit.field}` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
