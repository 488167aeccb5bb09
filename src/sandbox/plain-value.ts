import type { CodeLanguage } from "../records/execution.ts";
import { VALUE_LIMITS } from "./child/limits.ts";

/**
 * Values as they cross between an answer and its test: null, booleans and texts as themselves, all else as a list that
 * begins with a letter. Numbers are texts: `["i", "0xff"]`, `["f", "0.5"]`, `["c", real, imaginary]`; `["b", hex]` are
 * bytes, `["r", start, stop, step]` a range; `["l"|"t"|"s"|"z"|"g", items]` are a list, a tuple, a set, a frozen set,
 * an iterator's items, `["q"|"k"|"v", items]` a deque, a dictionary's keys, its values; `["d"|"e", pairs]` are a
 * dictionary and its items; `["n", text]` a decimal, `["y", numerator, denominator]` a fraction, `["w", kind, text]` a
 * date, a time or a span of it. Only a test sends `["o", name, args, keywords]`: what the answer's class of that name
 * gave for them. Of JavaScript `["m", pairs]` is a map, `["u"]` undefined, `["p", value]` a promise of it.
 */
export type PlainValue = null | boolean | string | readonly [tag: string, ...parts: unknown[]];

/** A few more than a process takes, whose own count begins elsewhere. */
const MOST_DEPTH: number = VALUE_LIMITS.depth + 4;
const WHOLE = /^-?0x[0-9a-f]+$/;
const DECIMAL = /^-?(inf|nan|Infinity|NaN|\d+(\.\d*)?(e[+-]?\d+)?)$/;
const EXACT = /^-?(Infinity|s?NaN\d*|\d+(\.\d*)?(E[+-]?\d{1,5})?)$/;
const CLOCKS: readonly unknown[] = ["date", "time", "datetime", "timedelta"];
const CLOCK = /^[\dT:.+ -]{1,64}$/;
const HEX = /^([0-9a-f]{2})*$/;

const isText = (part: unknown, form: RegExp): boolean => typeof part === "string" && form.test(part);

/** Whether a value that a process sent is plain, through and through. */
export function isPlainValue(value: unknown): value is PlainValue {
  let items = 0;
  const check = (part: unknown, depth: number): boolean => {
    if (part === null || typeof part === "boolean" || typeof part === "string") return ++items <= VALUE_LIMITS.items;
    if (!Array.isArray(part) || depth > MOST_DEPTH || ++items > VALUE_LIMITS.items) return false;
    const [tag, ...parts] = part as readonly unknown[];
    const [first] = parts;
    switch (tag) {
      case "i":
        return parts.length === 1 && isText(first, WHOLE);
      case "f":
        return parts.length === 1 && isText(first, DECIMAL);
      case "c":
        return parts.length === 2 && parts.every((each) => isText(each, DECIMAL));
      case "n":
        return parts.length === 1 && isText(first, EXACT);
      case "y":
        return parts.length === 2 && parts.every((each) => isText(each, WHOLE));
      case "w":
        return parts.length === 2 && CLOCKS.includes(first) && isText(parts[1], CLOCK);
      case "r":
        return parts.length === 3 && parts.every((each) => isText(each, WHOLE));
      case "b":
        return parts.length === 1 && isText(first, HEX);
      case "u":
        return parts.length === 0;
      case "l":
      case "t":
      case "s":
      case "z":
      case "g":
      case "q":
      case "k":
      case "v":
        return parts.length === 1 && Array.isArray(first) && first.every((each) => check(each, depth + 1));
      case "p":
        return parts.length === 1 && check(first, depth + 1);
      case "d":
      case "e":
      case "m":
        return parts.length === 1 && Array.isArray(first) && first.every((pair) => checkPair(pair, depth));
      default:
        return false;
    }
  };
  const checkPair = (pair: unknown, depth: number): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((each) => check(each, depth + 1));
  return check(value, 0);
}

/** A JSON value as one that can be sent. JavaScript has one kind of number; a whole one would be a bigint there. */
export function plainOfJson(value: unknown, language: CodeLanguage): PlainValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return Number.isSafeInteger(value) && language === "python" ? ["i", hexOf(BigInt(value))] : ["f", String(value)];
  if (Array.isArray(value)) return ["l", value.map((item) => plainOfJson(item, language))];
  return ["d", Object.entries(value as object).map(([key, item]) => [key, plainOfJson(item, language)])];
}

function hexOf(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** Whether a value is what JSON says, as Python's `==` would have it, with tuples as good as lists. */
export function equalsJson(value: PlainValue, expected: unknown): boolean {
  if (typeof value === "string") return value === expected;
  const number = numberOf(value);
  if (number !== undefined) return number === numberOfJson(expected);
  if (value === null) return expected === null;
  if (typeof value === "boolean") return false;
  const [tag, parts] = value;
  if (tag === "l" || tag === "t") {
    const items = parts as readonly PlainValue[];
    return (
      Array.isArray(expected) &&
      items.length === expected.length &&
      items.every((item, place) => equalsJson(item, expected[place]))
    );
  }
  if (tag === "d" || tag === "m")
    return equalsEntries(parts as readonly (readonly [PlainValue, PlainValue])[], expected);
  return tag === "u" && expected === null;
}

function equalsEntries(pairs: readonly (readonly [PlainValue, PlainValue])[], expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) return false;
  const entries = new Map(Object.entries(expected));
  if (pairs.length !== entries.size) return false;
  return pairs.every(([key, item]) => {
    // JSON has no keys but texts.
    const name = typeof key === "string" ? key : String(numberOf(key));
    const isEqual = entries.has(name) && equalsJson(item, entries.get(name));
    // 1 and "1" are two keys in Python.
    entries.delete(name);
    return isEqual;
  });
}

/** A number's exact value; a whole one as a bigint. */
function numberOf(value: PlainValue): number | bigint | undefined {
  if (typeof value === "boolean") return BigInt(value);
  if (!Array.isArray(value)) return undefined;
  const [tag, text] = value as readonly string[];
  if (tag === "i") return text!.startsWith("-") ? -BigInt(text!.slice(1)) : BigInt(text!);
  if (tag !== "f") return undefined;
  const number = Number(text!.replace("inf", "Infinity"));
  return Number.isInteger(number) ? BigInt(number) : number;
}

function numberOfJson(value: unknown): number | bigint | undefined {
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value !== "number") return undefined;
  return Number.isInteger(value) ? BigInt(value) : value;
}
