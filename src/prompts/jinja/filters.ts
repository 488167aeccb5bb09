import { formatPercent } from "./format-text.ts";
import { binary, order } from "./operators.ts";
import { jsonText, printed } from "./print-value.ts";
import { capitalized, centred, replaced, strip } from "./text-methods.ts";
import { itemOf } from "./member.ts";
import { SPACE } from "./template-tokens.ts";
import { VALUE_TESTS } from "./value-tests.ts";
import {
  inOrder,
  isDict,
  isEqual,
  isNumber,
  isTrue,
  iterate,
  numeric,
  orElse,
  PythonFloat,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type JinjaValue,
} from "./values.ts";

type Given = readonly (JinjaValue | undefined)[];
type Filter = (value: JinjaValue, given: Given, whole: CallArguments) => JinjaValue;

const WORD_START = new RegExp(`([-${SPACE.slice(1, -1)}({\\[<]+)`, "u");
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** A filter by name, with its arguments. @throws Error for an unknown one, or values that it doesn't take */
export function applyFilter(name: string, value: JinjaValue, given: CallArguments): JinjaValue {
  const filter = FILTERS.get(name);
  if (filter === undefined) throw new Error(`No filter named '${name}'`);
  return filter(value, inOrder(name, given, NAMES[name] ?? []), given);
}

/** `x is NAME y`. @throws Error for an unknown test */
export function applyTest(name: string, value: JinjaValue, other: JinjaValue): boolean {
  if (name === "filter") return FILTERS.has(printed(value));
  if (name === "test") return VALUE_TESTS.has(printed(value));
  const test = VALUE_TESTS.get(name);
  if (test === undefined) throw new Error(`No test named '${name}'`);
  return test(value, other);
}

/** The value of a dotted path, as `map(attribute="a.0.b")` names it. */
function byPath(value: JinjaValue, path: JinjaValue, otherwise?: JinjaValue): JinjaValue {
  const keys =
    typeof path === "string" ? path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key)) : [path];
  const found = keys.reduce((at: JinjaValue, key) => itemOf(at, key), value);
  return found instanceof Undefined && otherwise !== undefined ? otherwise : found;
}

function keyFor(attribute: JinjaValue | undefined, caseSensitive: boolean = true): (value: JinjaValue) => JinjaValue {
  return (value) => {
    const key = attribute === undefined || attribute === null ? value : byPath(value, attribute);
    return typeof key === "string" && !caseSensitive ? key.toLowerCase() : key;
  };
}

function chosen(keep: boolean, byAttribute: boolean): Filter {
  return (value, _given, { positional }) => {
    const [attribute, rest] = byAttribute ? [positional[0], positional.slice(1)] : [undefined, positional];
    const [test, other = null] = rest;
    return iterate(value).filter((item) => {
      const asked = attribute === undefined ? item : byPath(item, attribute);
      return (test === undefined ? isTrue(asked) : applyTest(printed(test), asked, other)) === keep;
    });
  };
}

function mapped(value: JinjaValue, _given: Given, { positional, named }: CallArguments): JinjaValue {
  const attribute = named.get("attribute");
  if (attribute !== undefined) return iterate(value).map((item) => byPath(item, attribute, named.get("default")));
  const [name, ...rest] = positional;
  return iterate(value).map((item) => applyFilter(printed(name ?? null), item, { positional: rest, named }));
}

function sorted(value: JinjaValue, [reverse, caseSensitive, attribute]: Given): JinjaValue {
  const key = keyFor(attribute, caseSensitive === true);
  const items = iterate(value).toSorted((a, b) => order(key(a), key(b)));
  return reverse === true ? items.toReversed().toSorted((a, b) => order(key(b), key(a))) : items;
}

function dictSorted(value: JinjaValue, [caseSensitive, by = "key", reverse]: Given): JinjaValue {
  if (!isDict(value)) throw new Error(`dictsort expects a dict, got ${typeName(value)}`);
  const key = keyFor(by === "value" ? 1 : 0, caseSensitive === true);
  const pairs: JinjaValue[] = Array.from(value, (entry) => new Tuple(entry));
  const direction = reverse === true ? -1 : 1;
  return pairs.toSorted((a, b) => direction * order(key(a), key(b)));
}

function length(value: JinjaValue): number {
  if (isDict(value)) return value.size;
  if (isNumber(value) || value === null) throw new Error(`object of type '${typeName(value)}' has no len()`);
  return iterate(value).length;
}

function indented(value: JinjaValue, [width = 4, first, blank]: Given): JinjaValue {
  const pad = typeof width === "string" ? width : " ".repeat(Math.min(1000, numeric(width as number)));
  const lines = printed(value).split("\n");
  const shown = lines.map((line, i) =>
    (i === 0 && first !== true) || (line === "" && blank !== true && i > 0) ? line : pad + line,
  );
  return shown.join("\n");
}

function joinedBy(value: JinjaValue, [separator = "", attribute]: Given): JinjaValue {
  const key = keyFor(attribute);
  return iterate(value)
    .map((item) => printed(key(item)))
    .join(printed(separator));
}

function unique(value: JinjaValue, [caseSensitive, attribute]: Given): JinjaValue {
  const key = keyFor(attribute, caseSensitive === true);
  return iterate(value).filter((item, i, all) => all.findIndex((other) => isEqual(key(other), key(item))) === i);
}

function extreme(direction: number): Filter {
  return (value, [caseSensitive, attribute]) => {
    const key = keyFor(attribute, caseSensitive === true);
    const [first, ...rest] = iterate(value);
    if (first === undefined) return new Undefined("No aggregated item, sequence was empty.");
    return rest.reduce((best, item) => (direction * order(key(item), key(best)) > 0 ? item : best), first);
  };
}

function summed(value: JinjaValue, [attribute, start = 0]: Given): JinjaValue {
  return iterate(value)
    .map(keyFor(attribute))
    .reduce((sum, item) => binary("+", sum, item), start);
}

function toWhole(value: JinjaValue, [otherwise = 0, base = 10]: Given): JinjaValue {
  if (isNumber(value)) return Math.trunc(numeric(value));
  const text = typeof value === "string" ? strip(value, null).replaceAll(/(?<=\d)_(?=\d)/g, "") : "";
  const digits = Number(base) === 16 ? /^[-+]?(0x)?[\da-f]+$/i : /^[-+]?\d+$/;
  if (digits.test(text)) return Number.parseInt(text, Number(base));
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Math.trunc(Number(text)) : otherwise;
}

function toFloat(value: JinjaValue, [otherwise = new PythonFloat(0)]: Given): JinjaValue {
  if (isNumber(value)) return new PythonFloat(numeric(value));
  const text = typeof value === "string" ? strip(value, null) : "";
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? new PythonFloat(Number(text)) : otherwise;
}

function rounded(value: JinjaValue, [precision = 0, method = "common"]: Given): JinjaValue {
  if (!isNumber(value)) throw new Error(`round expects a number, got ${typeName(value)}`);
  const scale = 10 ** Number(precision);
  const number = numeric(value) * scale;
  if (method === "ceil") return new PythonFloat(Math.ceil(number) / scale);
  if (method === "floor") return new PythonFloat(Math.floor(number) / scale);
  const below = Math.floor(number);
  const half = number - below === 0.5;
  const whole = half ? below + (Math.abs(below) % 2) : Math.round(number);
  const result = whole / scale;
  return value instanceof PythonFloat ? new PythonFloat(result) : result;
}

function truncated(value: JinjaValue, [size = 255, killWords, end = "...", leeway = 5]: Given): JinjaValue {
  const characters = Array.from(printed(value));
  if (characters.length <= Number(size) + Number(leeway)) return characters.join("");
  const cut = characters.slice(0, Number(size) - printed(end).length).join("");
  const space = cut.lastIndexOf(" ");
  return (killWords === true || space < 0 ? cut : cut.slice(0, space)) + printed(end);
}

function isAbsent(value: JinjaValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function batched(value: JinjaValue, [size = 1, fill]: Given): JinjaValue {
  const items = iterate(value);
  const width = Number(size);
  if (!(width >= 1)) throw new Error("batch expects a size");
  return Array.from({ length: Math.ceil(items.length / width) }, (_, i) => {
    const part = items.slice(i * width, (i + 1) * width);
    return isAbsent(fill) ? part : [...part, ...Array.from({ length: width - part.length }, () => fill)];
  });
}

function sliced(value: JinjaValue, [slices = 1, fill]: Given): JinjaValue {
  const items = iterate(value);
  const count = Number(slices);
  if (!(count >= 1 && count <= 100_000)) throw new Error("slice expects a number of slices");
  const [size, more] = [Math.floor(items.length / count), items.length % count];
  return Array.from({ length: count }, (_, i) => {
    const from = i * size + Math.min(i, more);
    const part = items.slice(from, from + size + (i < more ? 1 : 0));
    return fill !== undefined && fill !== null && i >= more && more > 0 ? [...part, fill] : part;
  });
}

function json(value: JinjaValue, [ensureAscii = false, indent, separators, sortKeys = false]: Given): JinjaValue {
  const pad = typeof indent === "string" ? indent : " ".repeat(Math.min(100, Number(indent ?? 0)));
  const given = isAbsent(separators) ? undefined : iterate(separators).map(printed);
  const style = {
    ensureAscii: ensureAscii === true,
    indent: isAbsent(indent) ? undefined : pad,
    separators: [given?.[0] ?? (isAbsent(indent) ? ", " : ","), given?.[1] ?? ": "] as const,
    sortKeys: sortKeys === true,
  };
  return jsonText(value, style);
}

function reversed(value: JinjaValue): JinjaValue {
  return typeof value === "string" ? Array.from(value).toReversed().join("") : iterate(value).toReversed();
}

function titleWords(value: JinjaValue): JinjaValue {
  return printed(value)
    .split(WORD_START)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join("");
}

function counted(value: JinjaValue): JinjaValue {
  return printed(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
}

const escape: Filter = (value) => printed(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ["abs", (value) => (value instanceof PythonFloat ? new PythonFloat(Math.abs(value.value)) : Math.abs(Number(value)))],
  ["attr", (value, [name]) => itemOf(value, name ?? "")],
  ["batch", batched],
  ["capitalize", (value) => capitalized(printed(value))],
  ["center", (value, [width = 80]) => centred(printed(value), width)],
  ["count", length],
  ["length", length],
  ...["d", "default"].map(
    (name) =>
      [
        name,
        (value: JinjaValue, [otherwise = "", falsy]: Given) =>
          value instanceof Undefined || (falsy !== undefined && isTrue(falsy) && !isTrue(value)) ? otherwise : value,
      ] as const,
  ),
  ["dictsort", dictSorted],
  ["e", escape],
  ["escape", escape],
  ["forceescape", escape],
  ["first", (value) => orElse(iterate(value)[0], new Undefined("No first item, sequence was empty."))],
  ["last", (value) => orElse(iterate(value).at(-1), new Undefined("No last item, sequence was empty."))],
  ["float", toFloat],
  [
    "format",
    (value, _given, { positional, named }) =>
      formatPercent(
        printed(value),
        named.size > 0 ? (named as ReadonlyMap<JinjaValue, JinjaValue>) : new Tuple(positional),
      ),
  ],
  ["indent", indented],
  ["int", toWhole],
  ["items", (value) => (isDict(value) ? Array.from(value, (entry) => new Tuple(entry)) : iterate(value))],
  ["join", joinedBy],
  ["list", (value) => [...iterate(value)]],
  ["lower", (value) => printed(value).toLowerCase()],
  ["upper", (value) => printed(value).toUpperCase()],
  ["map", mapped],
  ["max", extreme(1)],
  ["min", extreme(-1)],
  ["reject", chosen(false, false)],
  ["rejectattr", chosen(false, true)],
  ["select", chosen(true, false)],
  ["selectattr", chosen(true, true)],
  [
    "replace",
    (value, [from, to, count]) => replaced(printed(value), printed(from!), printed(to!), Number(count ?? -1)),
  ],
  ["reverse", reversed],
  ["round", rounded],
  ["safe", (value) => value],
  ["slice", sliced],
  ["sort", sorted],
  ["string", printed],
  [
    "striptags",
    (value) =>
      printed(value)
        .replaceAll(/<!--.*?-->|<[^>]*>/gs, "")
        .split(/\s+/)
        .join(" ")
        .trim(),
  ],
  ["sum", summed],
  ["title", titleWords],
  ["tojson", json],
  ["trim", (value, [characters]) => strip(printed(value), characters)],
  ["truncate", truncated],
  ["unique", unique],
  ["urlencode", (value) => encodeURIComponent(printed(value)).replaceAll("%2F", "/")],
  ["wordcount", counted],
]);
const NAMES: Readonly<Record<string, readonly string[]>> = {
  batch: ["linecount", "fill_with"],
  center: ["width"],
  d: ["default_value", "boolean"],
  default: ["default_value", "boolean"],
  dictsort: ["case_sensitive", "by", "reverse"],
  float: ["default"],
  indent: ["width", "first", "blank"],
  int: ["default", "base"],
  join: ["d", "attribute"],
  map: ["attribute", "default"],
  max: ["case_sensitive", "attribute"],
  min: ["case_sensitive", "attribute"],
  replace: ["old", "new", "count"],
  round: ["precision", "method"],
  slice: ["slices", "fill_with"],
  sort: ["reverse", "case_sensitive", "attribute"],
  sum: ["attribute", "start"],
  tojson: ["ensure_ascii", "indent", "separators", "sort_keys"],
  trim: ["chars"],
  truncate: ["length", "killwords", "end", "leeway"],
  unique: ["case_sensitive", "attribute"],
};
