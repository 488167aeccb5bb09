import { formatBraces } from "./format-text.ts";
import { SPACE } from "./template-tokens.ts";
import {
  Callable,
  inOrder,
  isNumber,
  iterate,
  numeric,
  Tuple,
  typeName,
  type CallArguments,
  type JinjaValue,
} from "./values.ts";

type Given = readonly (JinjaValue | undefined)[];
type Method = (text: string, given: Given) => JinjaValue;

const LONGEST_PADDING = 100_000;
const BOTH = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const LEFT = new RegExp(`^${SPACE}+`);
const RIGHT = new RegExp(`${SPACE}+$`);
const RUNS = new RegExp(`${SPACE}+`);
const CASED = /\p{Lu}|\p{Ll}|\p{Lt}/u;

/** A text without white space, or without these characters, at its ends. */
export function strip(
  text: string,
  characters: JinjaValue | undefined,
  ends: "both" | "left" | "right" = "both",
): string {
  if (characters === undefined || characters === null)
    return text.replace({ both: BOTH, left: LEFT, right: RIGHT }[ends], "");
  const taken = new Set(asText(characters, "strip"));
  const items = Array.from(text);
  let [from, to] = [0, items.length];
  if (ends !== "right") while (from < to && taken.has(items[from]!)) from++;
  if (ends !== "left") while (to > from && taken.has(items[to - 1]!)) to--;
  return items.slice(from, to).join("");
}

/** Python's `str.title()`: letters after anything that is no letter are large, all others small. */
export function titled(text: string): string {
  let inWord = false;
  return Array.from(text, (character) => {
    const cased = inWord ? character.toLowerCase() : character.toUpperCase();
    inWord = CASED.test(character);
    return cased;
  }).join("");
}

/** The first letter large, all others small. */
export function capitalized(text: string): string {
  const [first = "", ...rest] = Array.from(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

export function replaced(text: string, from: string, to: string, count: number = -1): string {
  if (count < 0) return text.replaceAll(from, () => to);
  const parts = from === "" ? Array.from(text) : text.split(from);
  if (from === "") return parts.map((part, i) => (i < count ? to + part : part)).join("");
  const [head, tail] = [parts.slice(0, count + 1), parts.slice(count + 1)];
  return [head.join(to), ...tail].join(from);
}

function asText(value: JinjaValue | undefined, method: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${method}() expects a str, got ${typeName(value)}`);
}

function whole(value: JinjaValue | undefined, otherwise: number): number {
  return isNumber(value) ? Math.trunc(numeric(value)) : otherwise;
}

function split(text: string, [separator, most]: Given): JinjaValue {
  const count = whole(most, -1);
  if (separator === undefined || separator === null) {
    const parts = strip(text, null, "left").split(RUNS);
    if (parts.at(-1) === "") parts.pop();
    if (count < 0 || parts.length <= count + 1) return parts;
    let rest = strip(text, null, "left");
    const head = parts.slice(0, count);
    for (const part of head) rest = strip(rest.slice(part.length), null, "left");
    return [...head, rest];
  }
  const at = nonEmpty(separator);
  const parts = text.split(at);
  return count < 0 ? parts : [...parts.slice(0, count), ...joined(parts.slice(count), at)];
}

function rsplit(text: string, given: Given): JinjaValue {
  const [separator, most] = given;
  const count = whole(most, -1);
  if (count < 0) return split(text, given);
  if (separator === undefined || separator === null) {
    let rest = strip(text, null, "right");
    const tail: string[] = [];
    while (tail.length < count && rest !== "") {
      const word = /\S+$/.exec(rest)![0];
      tail.unshift(word);
      rest = strip(rest.slice(0, -word.length), null, "right");
    }
    return rest === "" ? tail : [rest, ...tail];
  }
  const at = nonEmpty(separator);
  const parts = text.split(at);
  const from = Math.max(0, parts.length - count);
  return [...joined(parts.slice(0, from), at), ...parts.slice(from)];
}

function joined(parts: readonly string[], separator: string): string[] {
  return parts.length === 0 ? [] : [parts.join(separator)];
}

function nonEmpty(separator: JinjaValue): string {
  const text = asText(separator, "split");
  if (text === "") throw new Error("empty separator");
  return text;
}

function splitLines(text: string, [keep]: Given): JinjaValue {
  const lines = text.match(/(?:[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029])*(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g)!;
  if (lines.at(-1) === "") lines.pop();
  return keep === true ? lines : lines.map((line) => line.replace(/(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])$/, ""));
}

/** Where a part stands, in characters as Python counts them; -1 for nowhere. */
function find(text: string, [part, from, to]: Given, last: boolean): number {
  const wanted = Array.from(asText(part, "find")).join("");
  const items = Array.from(text);
  const [start, end] = bounds(items.length, from, to);
  const within = items.slice(start, end).join("");
  const at = last ? within.lastIndexOf(wanted) : within.indexOf(wanted);
  return at < 0 || start > end ? -1 : start + Array.from(within.slice(0, at)).length;
}

function bounds(length: number, from: JinjaValue | undefined, to: JinjaValue | undefined): [number, number] {
  const place = (value: JinjaValue | undefined, otherwise: number): number => {
    const at = whole(value, otherwise);
    return Math.min(length, at < 0 ? Math.max(0, length + at) : at);
  };
  return [place(from, 0), place(to, length)];
}

function found(text: string, given: Given, last: boolean): number {
  const at = find(text, given, last);
  if (at < 0) throw new Error("substring not found");
  return at;
}

function touches(text: string, [parts, from, to]: Given, atEnd: boolean): boolean {
  const within =
    from === undefined
      ? text
      : Array.from(text)
          .slice(...bounds(Array.from(text).length, from, to))
          .join("");
  const tried = parts instanceof Tuple ? parts.items : [parts];
  return tried.some((part) => {
    const wanted = asText(part, atEnd ? "endswith" : "startswith");
    return atEnd ? within.endsWith(wanted) : within.startsWith(wanted);
  });
}

function partition(text: string, separator: JinjaValue | undefined, last: boolean): Tuple {
  const at = nonEmpty(separator ?? null);
  const place = last ? text.lastIndexOf(at) : text.indexOf(at);
  if (place < 0) return new Tuple(last ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, place), at, text.slice(place + at.length)]);
}

function padding(text: string, width: JinjaValue | undefined): number {
  const missing = whole(width, 0) - Array.from(text).length;
  if (missing > LONGEST_PADDING) throw new Error(`a text of ${missing} more characters`);
  return Math.max(0, missing);
}

/** A text in the middle of so many characters. */
export function centred(text: string, width: JinjaValue | undefined, fill: JinjaValue | undefined = " "): string {
  const missing = padding(text, width);
  const size = text === "" ? 0 : Array.from(text).length;
  const left = Math.floor(missing / 2) + (missing & (size + missing) & 1);
  return asText(fill, "center").repeat(left) + text + asText(fill, "center").repeat(missing - left);
}

function every(pattern: RegExp): Method {
  return (text) => text !== "" && Array.from(text).every((character) => pattern.test(character));
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["upper", (text) => text.toUpperCase()],
  ["lower", (text) => text.toLowerCase()],
  ["casefold", (text) => text.toLowerCase().replaceAll("ß", "ss")],
  ["capitalize", capitalized],
  ["title", titled],
  [
    "swapcase",
    (text) => Array.from(text, (one) => (one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase())).join(""),
  ],
  ["strip", (text, [characters]) => strip(text, characters)],
  ["lstrip", (text, [characters]) => strip(text, characters, "left")],
  ["rstrip", (text, [characters]) => strip(text, characters, "right")],
  ["startswith", (text, given) => touches(text, given, false)],
  ["endswith", (text, given) => touches(text, given, true)],
  ["split", split],
  ["rsplit", rsplit],
  ["splitlines", splitLines],
  ["partition", (text, [separator]) => partition(text, separator, false)],
  ["rpartition", (text, [separator]) => partition(text, separator, true)],
  [
    "replace",
    (text, [from, to, count]) => replaced(text, asText(from, "replace"), asText(to, "replace"), whole(count, -1)),
  ],
  ["find", (text, given) => find(text, given, false)],
  ["rfind", (text, given) => find(text, given, true)],
  ["index", (text, given) => found(text, given, false)],
  ["rindex", (text, given) => found(text, given, true)],
  [
    "count",
    (text, [part]) => (part === "" ? Array.from(text).length + 1 : text.split(asText(part, "count")).length - 1),
  ],
  [
    "join",
    (text, [items]) =>
      iterate(items)
        .map((item) => asText(item, "join"))
        .join(text),
  ],
  [
    "removeprefix",
    (text, [part]) => (text.startsWith(asText(part, "removeprefix")) ? text.slice((part as string).length) : text),
  ],
  [
    "removesuffix",
    (text, [part]) =>
      part !== "" && text.endsWith(asText(part, "removesuffix")) ? text.slice(0, -(part as string).length) : text,
  ],
  [
    "zfill",
    (text, [width]) => (/^[-+]/.exec(text)?.[0] ?? "") + "0".repeat(padding(text, width)) + text.replace(/^[-+]/, ""),
  ],
  ["ljust", (text, [width, fill]) => text + asText(fill ?? " ", "ljust").repeat(padding(text, width))],
  ["rjust", (text, [width, fill]) => asText(fill ?? " ", "rjust").repeat(padding(text, width)) + text],
  ["center", (text, [width, fill]) => centred(text, width, fill)],
  ["isdigit", every(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]$/u)],
  ["isdecimal", every(/^\p{Nd}$/u)],
  ["isnumeric", every(/^\p{N}$/u)],
  ["isalpha", every(/^\p{L}$/u)],
  ["isalnum", every(/^[\p{L}\p{N}]$/u)],
  ["isspace", every(new RegExp(`^${SPACE}$`))],
  ["isascii", (text) => !/[^\0-\x7f]/.test(text)],
  ["isupper", (text) => CASED.test(text) && text === text.toUpperCase()],
  ["islower", (text) => CASED.test(text) && text === text.toLowerCase()],
  ["istitle", (text) => CASED.test(text) && text === titled(text)],
]);
const NAMES: Readonly<Record<string, readonly string[]>> = {
  split: ["sep", "maxsplit"],
  rsplit: ["sep", "maxsplit"],
  splitlines: ["keepends"],
  replace: ["old", "new", "count"],
};

/** A method of a text; undefined for a name that it hasn't. */
export function textMethod(text: string, name: string): Callable | undefined {
  if (name === "format") return new Callable(name, ({ positional, named }) => formatBraces(text, positional, named));
  const method = METHODS.get(name);
  if (method === undefined) return undefined;
  return new Callable(name, (given: CallArguments) => method(text, inOrder(name, given, NAMES[name] ?? [])));
}
