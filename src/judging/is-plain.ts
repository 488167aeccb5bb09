const known = new WeakMap<object, boolean>();
const DEEPEST = 16;

/**
 * Whether a value survives being sent to a thread as it is: texts, numbers, lists and plain objects of them, without
 * functions or classes.
 */
export function isPlain(value: object): boolean {
  let plain = known.get(value);
  if (plain === undefined) known.set(value, (plain = isPlainAt(value, 0)));
  return plain;
}

function isPlainAt(value: unknown, depth: number): boolean {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value !== "symbol";
  if (typeof value === "function" || depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.every((item) => isPlainAt(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isPlainAt(item, depth + 1));
}
