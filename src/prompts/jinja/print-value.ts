import {
  Callable,
  isDict,
  isList,
  Loop,
  Namespace,
  numeric,
  PythonFloat,
  Tuple,
  typeName,
  Undefined,
  type JinjaValue,
} from "./values.ts";

/** A value as Python prints it: `True`, `None`, `1.0`, `['a', 1]`. */
export function printed(value: JinjaValue): string {
  if (typeof value === "string") return value;
  return value instanceof Undefined ? "" : represented(value);
}

/** A value as it stands inside of a list: texts in quotes. */
export function represented(value: JinjaValue): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return wholeText(value);
  if (value instanceof PythonFloat) return floatText(value.value);
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Tuple)
    return value.items.length === 1 ? `(${represented(value.items[0]!)},)` : `(${listed(value.items)})`;
  if (isList(value)) return `[${listed(value)}]`;
  if (isDict(value))
    return `{${Array.from(value, ([key, item]) => `${represented(key)}: ${represented(item)}`).join(", ")}}`;
  if (value instanceof Namespace) return `<Namespace ${represented(value.fields as Map<JinjaValue, JinjaValue>)}>`;
  if (value instanceof Loop) return "<LoopContext>";
  return `<function ${value.name}>`;
}

function listed(items: readonly JinjaValue[]): string {
  return items.map(represented).join(", ");
}

function wholeText(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
}

/** Python's shortest text of a float: a point always, an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e") as [string, string];
    return `${digits}e${exponent.startsWith("-") ? "-" : "+"}${exponent.slice(1).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replaceAll(/[\\\n\r\t]|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escaped);
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (SHORT[character] !== undefined) return SHORT[character];
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}

/** How `tojson` writes; as `json.dumps`, non-ASCII characters as they are where not asked otherwise. */
export interface JsonStyle {
  readonly ensureAscii?: boolean;
  readonly indent?: string | undefined;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys?: boolean;
}

/** A value as JSON. @throws Error for what JSON has no form for */
export function jsonText(value: JinjaValue, style: JsonStyle, depth: number = 0): string {
  if (value === null) return "null";
  if (typeof value === "string") return jsonString(value, style);
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  if (value instanceof PythonFloat) return jsonNumber(numeric(value));
  if (isList(value) || value instanceof Tuple) {
    const items = isList(value) ? value : value.items;
    return bracketed(
      ["[", "]"],
      items.map((item) => jsonText(item, style, depth + 1)),
      style,
      depth,
    );
  }
  if (!isDict(value) || value instanceof Callable)
    throw new Error(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = [...value].map(
    ([key, item]) => [typeof key === "string" ? key : jsonText(key, style), item] as const,
  );
  const sorted = style.sortKeys === true ? entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) : entries;
  return bracketed(
    ["{", "}"],
    sorted.map(([key, item]) => `${jsonString(key, style)}${style.separators[1]}${jsonText(item, style, depth + 1)}`),
    style,
    depth,
  );
}

function jsonNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? floatText(value) : `${value < 0 ? "-" : ""}Infinity`;
}

function bracketed(
  [open, close]: readonly [string, string],
  items: readonly string[],
  { indent, separators: [separator] }: JsonStyle,
  depth: number,
): string {
  if (items.length === 0) return open + close;
  if (indent === undefined) return open + items.join(separator) + close;
  const line = `\n${indent.repeat(depth + 1)}`;
  return `${open}${line}${items.join(separator + line)}\n${indent.repeat(depth)}${close}`;
}

function jsonString(text: string, { ensureAscii = false }: JsonStyle): string {
  const json = JSON.stringify(text);
  if (!ensureAscii) return json;
  return json.replaceAll(/[\u007f-\uffff]/g, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}
