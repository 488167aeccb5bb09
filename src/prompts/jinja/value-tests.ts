import { compares } from "./operators.ts";
import {
  Callable,
  isDict,
  isEqual,
  isList,
  isNumber,
  numeric,
  PythonFloat,
  Tuple,
  Undefined,
  type JinjaValue,
} from "./values.ts";

type ValueTest = (value: JinjaValue, other: JinjaValue) => boolean;

const compared =
  (operator: string): ValueTest =>
  (value, other) =>
    compares(operator, value, other);
const equal = compared("==");

/** Names of tests, each with its own for those that need them; what they ask of a value, `x is NAME y`. */
export const VALUE_TESTS: ReadonlyMap<string, ValueTest> = new Map<string, ValueTest>([
  ["defined", (value) => !(value instanceof Undefined)],
  ["undefined", (value) => value instanceof Undefined],
  ["none", (value) => value === null],
  ["boolean", (value) => typeof value === "boolean"],
  ["true", (value) => value === true],
  ["false", (value) => value === false],
  ["integer", (value) => typeof value === "number"],
  ["float", (value) => value instanceof PythonFloat],
  ["number", (value) => isNumber(value)],
  ["string", (value) => typeof value === "string"],
  ["mapping", isDict],
  ["iterable", isCollection],
  ["sequence", isCollection],
  ["callable", (value) => value instanceof Callable],
  ["escaped", () => false],
  ["lower", (value) => typeof value === "string" && /\p{L}/u.test(value) && value === value.toLowerCase()],
  ["upper", (value) => typeof value === "string" && /\p{L}/u.test(value) && value === value.toUpperCase()],
  ["odd", (value) => remainder(value, 2) === 1],
  ["even", (value) => remainder(value, 2) === 0],
  ["divisibleby", (value, other) => remainder(value, isNumber(other) ? numeric(other) : Number.NaN) === 0],
  ["sameas", (value, other) => value === other || (typeof value === typeof other && isPlainEqual(value, other))],
  ["in", compared("in")],
  ...["==", "eq", "equalto"].map((name) => [name, equal] as const),
  ...["!=", "ne"].map((name) => [name, compared("!=")] as const),
  ...["<", "lt", "lessthan"].map((name) => [name, compared("<")] as const),
  ...[">", "gt", "greaterthan"].map((name) => [name, compared(">")] as const),
  ...["<=", "le"].map((name) => [name, compared("<=")] as const),
  ...[">=", "ge"].map((name) => [name, compared(">=")] as const),
]);

function isCollection(value: JinjaValue): boolean {
  return (
    typeof value === "string" || isList(value) || isDict(value) || value instanceof Tuple || value instanceof Undefined
  );
}

function isPlainEqual(value: JinjaValue, other: JinjaValue): boolean {
  return !isList(value) && !isDict(value) && typeof value !== "boolean" && isEqual(value, other);
}

function remainder(value: JinjaValue, by: number): number {
  if (!isNumber(value)) throw new Error("not a number");
  const number = numeric(value);
  return number - by * Math.floor(number / by);
}
