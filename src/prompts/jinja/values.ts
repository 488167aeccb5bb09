/**
 * The values of a template, as Python has them. Whole numbers are JavaScript's, texts, lists and booleans too; nothing
 * else of JavaScript can be reached from a template.
 */
export type JinjaValue =
  | string
  | number
  | boolean
  | null
  | PythonFloat
  | Undefined
  | Tuple
  | Namespace
  | Loop
  | Callable
  | readonly JinjaValue[]
  | JinjaDict;

/** A dictionary; keys are texts or numbers. */
export type JinjaDict = ReadonlyMap<JinjaValue, JinjaValue>;

/** A number with a fraction, which may be zero: `1.0`. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** What a name or a key without a value gives: nothing where it is printed, an error where it is asked for more. */
export class Undefined {
  constructor(readonly name: string) {}

  /** @throws Error saying what is undefined */
  fail(): never {
    throw new Error(`${JSON.stringify(this.name)} is undefined`);
  }
}

export class Tuple {
  constructor(readonly items: readonly JinjaValue[]) {}
}

/** `namespace()`: the one object that `set` may change. */
export class Namespace {
  constructor(readonly fields: Map<string, JinjaValue>) {}
}

/** The variable `loop` inside of a loop. */
export class Loop {
  constructor(
    readonly fields: ReadonlyMap<string, JinjaValue>,
    /** `loop(items)` of a recursive loop. */
    readonly again: Callable | undefined,
  ) {}
}

/** Arguments of a call. */
export interface CallArguments {
  readonly positional: readonly JinjaValue[];
  readonly named: ReadonlyMap<string, JinjaValue>;
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (given: CallArguments) => JinjaValue,
  ) {}
}

/** A function of positional arguments; names of further ones stand in their order. */
export function callable(
  name: string,
  call: (...given: readonly (JinjaValue | undefined)[]) => JinjaValue,
  names: readonly string[] = [],
): Callable {
  return new Callable(name, (given) => call(...inOrder(name, given, names)));
}

/** Positional arguments with the named ones at their places. @throws Error for a name that isn't known */
export function inOrder(
  what: string,
  { positional, named }: CallArguments,
  names: readonly string[],
): (JinjaValue | undefined)[] {
  const ordered: (JinjaValue | undefined)[] = [...positional];
  for (const [name, value] of named) {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`${what}() got an unexpected keyword argument ${JSON.stringify(name)}`);
    ordered[at] = value;
  }
  return ordered;
}

export function isNumber(value: JinjaValue | undefined): value is number | boolean | PythonFloat {
  return typeof value === "number" || typeof value === "boolean" || value instanceof PythonFloat;
}

/** A number's value; booleans count as 0 and 1. */
export function numeric(value: number | boolean | PythonFloat): number {
  return value instanceof PythonFloat ? value.value : Number(value);
}

export function isDict(value: JinjaValue | undefined): value is JinjaDict {
  return value instanceof Map;
}

export function isList(value: JinjaValue | undefined): value is readonly JinjaValue[] {
  return Array.isArray(value);
}

/** A value that may be missing, or what stands for it; `None` is a value. */
export function orElse(value: JinjaValue | undefined, otherwise: JinjaValue): JinjaValue {
  return value === undefined ? otherwise : value;
}

/** What Python's error messages call a value. */
export function typeName(value: JinjaValue | undefined): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (value instanceof PythonFloat) return "float";
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Tuple) return "tuple";
  if (isList(value)) return "list";
  return isDict(value) ? "dict" : value.constructor.name;
}

export function isTrue(value: JinjaValue): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (isNumber(value)) return numeric(value) !== 0;
  if (typeof value === "string" || isList(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  return isDict(value) ? value.size > 0 : true;
}

/** The items that a loop goes over. @throws Error for what has none */
export function iterate(value: JinjaValue | undefined): readonly JinjaValue[] {
  if (typeof value === "string") return Array.from(value);
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  if (isDict(value)) return [...value.keys()];
  if (value instanceof Undefined) return [];
  throw new Error(`${typeName(value)} object is not iterable`);
}

/** Equality as Python has it: `1 == 1.0 == True`, and collections by what they hold. */
export function isEqual(left: JinjaValue, right: JinjaValue): boolean {
  if (isNumber(left) && isNumber(right)) return numeric(left) === numeric(right);
  if (left instanceof Undefined) return right instanceof Undefined;
  if (left instanceof Tuple && right instanceof Tuple) return areEqual(left.items, right.items);
  if (isList(left) && isList(right)) return areEqual(left, right);
  if (isDict(left) && isDict(right))
    return left.size === right.size && [...left].every(([key, value]) => hasEqual(right, key, value));
  return left === right;
}

function areEqual(left: readonly JinjaValue[], right: readonly JinjaValue[]): boolean {
  return left.length === right.length && left.every((value, i) => isEqual(value, right[i]!));
}

function hasEqual(dict: JinjaDict, key: JinjaValue, value: JinjaValue): boolean {
  const other = dict.get(keyOf(key));
  return other !== undefined && isEqual(value, other);
}

/** A value as a key of a dictionary. @throws Error for what can't be one */
export function keyOf(value: JinjaValue): JinjaValue {
  if (isNumber(value)) return numeric(value);
  if (typeof value === "string" || value === null) return value;
  throw new Error(`unhashable type: ${typeName(value)}`);
}

/** A plain value of JavaScript as a template has it. */
export function fromPlain(value: unknown): JinjaValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isInteger(value) ? value : new PythonFloat(value);
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value instanceof Callable) return value;
  if (typeof value === "object")
    return new Map(Object.entries(value as object).map(([key, item]) => [key, fromPlain(item)]));
  throw new Error(`a template takes no ${typeof value}`);
}
