import { printed, represented } from "./print-value.ts";
import { isDict, isNumber, keyOf, numeric, Tuple, typeName, type JinjaValue } from "./values.ts";

const LONGEST_FIELD = 10_000;
const FIELD = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([sdiufFeEgGrxXoc%])/g;

/** Python's `text % values`. @throws Error where values are missing, left over or of another type */
export function formatPercent(text: string, values: JinjaValue): string {
  const items = values instanceof Tuple ? values.items : [values];
  let next = 0;
  const written = text.replaceAll(FIELD, (...match: unknown[]) => {
    const [, key, flags, width, precision, kind] = match as [string, ...(string | undefined)[]] & { 5: string };
    if (kind === "%") return "%";
    const keyed = key !== undefined && isDict(values) ? values.get(keyOf(key)) : undefined;
    const value = key === undefined ? items[next++] : keyed;
    if (value === undefined) throw new Error("not enough arguments for format string");
    return padded(directive(value, kind, precision, flags!.includes("+")), flags!, width ?? "0");
  });
  if (/%(?![%])/.test(text.replaceAll(FIELD, ""))) throw new Error("unsupported format character");
  if (next < items.length && !isDict(values)) throw new Error("not all arguments converted during string formatting");
  return written;
}

function directive(value: JinjaValue, kind: string, precision: string | undefined, plus: boolean): string {
  if (kind === "s" || kind === "r")
    return (kind === "s" ? printed(value) : represented(value)).slice(
      0,
      precision === undefined ? undefined : Number(precision),
    );
  if (kind === "c") return typeof value === "number" ? String.fromCodePoint(value) : printed(value);
  if (!isNumber(value)) throw new Error(`%${kind} format: a real number is required, not ${typeName(value)}`);
  const number = numeric(value);
  return (plus && number >= 0 ? "+" : "") + numberText(number, kind, bounded(precision ?? "6"));
}

function numberText(number: number, kind: string, digits: number): string {
  const upper = kind === kind.toUpperCase();
  switch (kind.toLowerCase()) {
    case "x":
      return cased(Math.trunc(number).toString(16), upper);
    case "o":
      return Math.trunc(number).toString(8);
    case "f":
      return number.toFixed(Math.min(100, digits));
    case "e":
      return cased(number.toExponential(Math.min(100, digits)).replace(/e([+-])(\d)$/, "e$10$2"), upper);
    case "g":
      return String(Number(number.toPrecision(Math.min(100, Math.max(1, digits)))));
    default:
      return String(Math.trunc(number));
  }
}

function cased(text: string, upper: boolean): string {
  return upper ? text.toUpperCase() : text;
}

function bounded(width: string): number {
  if (Number(width) > LONGEST_FIELD) throw new Error(`a field of ${width} characters`);
  return Number(width);
}

function padded(text: string, flags: string, width: string): string {
  const size = bounded(width);
  if (flags.includes("-")) return text.padEnd(size);
  if (!flags.includes("0") || !/^[-+]?[\d.]/.test(text)) return text.padStart(size);
  const sign = /^[-+]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(size - sign.length, "0");
}

/** Python's `text.format(...)` with plain fields: `{}`, `{0}`, `{name}`. @throws Error for any other field */
export function formatBraces(
  text: string,
  positional: readonly JinjaValue[],
  named: ReadonlyMap<string, JinjaValue>,
): string {
  let next = 0;
  return text.replaceAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (whole, field?: string) => {
    if (whole === "{{" || whole === "}}") return whole[0]!;
    if (field === undefined || !/^\w*$/.test(field)) throw new Error(`a field ${whole} of format()`);
    const value = /^\d*$/.test(field) ? positional[field === "" ? next++ : Number(field)] : named.get(field);
    if (value === undefined) throw new Error(`no value for the field ${whole} of format()`);
    return printed(value);
  });
}
