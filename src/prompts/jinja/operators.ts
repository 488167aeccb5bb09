import { formatPercent } from "./format-text.ts";
import { printed } from "./print-value.ts";
import {
  isDict,
  isEqual,
  isList,
  isNumber,
  keyOf,
  numeric,
  PythonFloat,
  Tuple,
  typeName,
  Undefined,
  type JinjaValue,
} from "./values.ts";

/** Items and characters that one operation may make. */
export const MOST_ITEMS = 4e6;

/** What a binary operator of Python makes. @throws Error for types that it doesn't take */
export function binary(operator: string, left: JinjaValue, right: JinjaValue): JinjaValue {
  if (operator === "~") return printed(left) + printed(right);
  for (const side of [left, right]) if (side instanceof Undefined) side.fail();
  if (operator === "%" && typeof left === "string") return formatPercent(left, right);
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right);
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") return left + right;
    if (isList(left) && isList(right)) return checked([...left, ...right]);
    if (left instanceof Tuple && right instanceof Tuple) return new Tuple(checked([...left.items, ...right.items]));
  }
  if (operator === "*" && Number.isInteger(right)) return repeated(left, right as number);
  if (operator === "*" && Number.isInteger(left)) return repeated(right, left as number);
  throw new Error(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

function checked(items: readonly JinjaValue[]): readonly JinjaValue[] {
  if (items.length > MOST_ITEMS) throw new Error(`a list of ${items.length} items`);
  return items;
}

function repeated(value: JinjaValue, times: number): JinjaValue {
  const count = Math.max(0, times);
  const size = typeof value === "string" || isList(value) ? value.length : 1;
  if (size * count > MOST_ITEMS) throw new Error(`${size * count} items by repetition`);
  if (typeof value === "string") return value.repeat(count);
  if (isList(value)) return Array.from({ length: count }, () => value).flat();
  throw new Error(`unsupported operand type(s) for *: '${typeName(value)}' and 'int'`);
}

function arithmetic(
  operator: string,
  left: number | boolean | PythonFloat,
  right: number | boolean | PythonFloat,
): JinjaValue {
  const [a, b] = [numeric(left), numeric(right)];
  const isFloat = left instanceof PythonFloat || right instanceof PythonFloat;
  const made = (value: number): JinjaValue => (isFloat ? new PythonFloat(value) : value);
  if (["/", "//", "%"].includes(operator) && b === 0) throw new Error("division by zero");
  switch (operator) {
    case "+":
      return made(a + b);
    case "-":
      return made(a - b);
    case "*":
      return made(a * b);
    case "/":
      return new PythonFloat(a / b);
    case "//":
      return made(Math.floor(a / b));
    case "%":
      return made(a - b * Math.floor(a / b));
    default: {
      const power = a ** b;
      if (!Number.isFinite(power)) throw new Error(`${a} ** ${b} is no finite number`);
      return isFloat || b < 0 ? new PythonFloat(power) : power;
    }
  }
}

/** A comparison of Python's. @throws Error for types that have no order */
export function compares(operator: string, left: JinjaValue, right: JinjaValue): boolean {
  switch (operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
      return order(left, right) < 0;
    case "<=":
      return order(left, right) <= 0;
    case ">":
      return order(left, right) > 0;
    default:
      return order(left, right) >= 0;
  }
}

/** Negative where the left comes first. @throws Error for types that have no order */
export function order(left: JinjaValue, right: JinjaValue): number {
  for (const side of [left, right]) if (side instanceof Undefined) side.fail();
  if (isNumber(left) && isNumber(right)) return numeric(left) - numeric(right);
  if (typeof left === "string" && typeof right === "string") return sign(left, right);
  const [a, b] = [itemsOf(left), itemsOf(right)];
  if (a === undefined || b === undefined || typeName(left) !== typeName(right))
    throw new Error(`'<' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
  const at = a.findIndex((value, i) => i < b.length && !isEqual(value, b[i]!));
  return at < 0 ? a.length - b.length : order(a[at]!, b[at]!);
}

/** By code points: a text beyond the first plane comes after all others. */
function sign(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, i) => character !== b[i]);
  if (at < 0) return -1;
  return at >= b.length ? 1 : a[at]!.codePointAt(0)! - b[at]!.codePointAt(0)!;
}

function itemsOf(value: JinjaValue): readonly JinjaValue[] | undefined {
  if (isList(value)) return value;
  return value instanceof Tuple ? value.items : undefined;
}

function contains(whole: JinjaValue, part: JinjaValue): boolean {
  if (whole instanceof Undefined) return false;
  if (typeof whole === "string") {
    if (typeof part === "string") return whole.includes(part);
    throw new Error(`'in <string>' requires string as left operand, not ${typeName(part)}`);
  }
  if (isDict(whole)) return whole.has(keyOf(part));
  const items = itemsOf(whole);
  if (items === undefined) throw new Error(`argument of type '${typeName(whole)}' is not iterable`);
  return items.some((item) => isEqual(item, part));
}
