import { printed } from "./print-value.ts";
import { textMethod } from "./text-methods.ts";
import {
  callable,
  isDict,
  isEqual,
  isList,
  isNumber,
  keyOf,
  Loop,
  Namespace,
  numeric,
  orElse,
  Tuple,
  typeName,
  Undefined,
  type Callable,
  type JinjaDict,
  type JinjaValue,
} from "./values.ts";

const CHANGING = "append clear extend insert pop remove reverse sort popitem setdefault update add discard".split(" ");

/** `object.name`: a method or a field, else the item of that key. @throws Error for a member of nothing */
export function memberOf(object: JinjaValue, name: string): JinjaValue {
  if (object instanceof Undefined) return object.fail();
  // Python's own fields are out of reach.
  if (name.startsWith("__")) return new Undefined(name);
  const found = attribute(object, name);
  return found === undefined ? orElse(itemAt(object, name), new Undefined(name)) : found;
}

/** `object[key]`: the item of that key, else a method or a field. @throws Error for an item of nothing */
export function itemOf(object: JinjaValue, key: JinjaValue): JinjaValue {
  if (object instanceof Undefined) return object.fail();
  const found = itemAt(object, key);
  if (found !== undefined) return found;
  if (typeof key !== "string") return new Undefined(`item of ${typeName(object)}`);
  return orElse(attribute(object, key), new Undefined(key));
}

function attribute(object: JinjaValue, name: string): JinjaValue | undefined {
  if (typeof object === "string") return textMethod(object, name);
  if (object instanceof Namespace) return object.fields.get(name);
  if (object instanceof Loop) return object.fields.get(name);
  if ((isList(object) || isDict(object)) && CHANGING.includes(name) && !(isList(object) && name === "update"))
    return callable(name, () => {
      throw new Error(`access to attribute '${name}' of '${typeName(object)}' object is unsafe`);
    });
  if (isList(object) || object instanceof Tuple) return listMethod(isList(object) ? object : object.items, name);
  return isDict(object) ? dictMethod(object, name) : undefined;
}

function listMethod(items: readonly JinjaValue[], name: string): Callable | undefined {
  if (name === "index")
    return callable(name, (value) => {
      const at = items.findIndex((item) => isEqual(item, value ?? null));
      if (at < 0) throw new Error("value is not in list");
      return at;
    });
  if (name === "count") return callable(name, (value) => items.filter((item) => isEqual(item, value ?? null)).length);
  return name === "copy" ? callable(name, () => items) : undefined;
}

function dictMethod(dict: JinjaDict, name: string): Callable | undefined {
  switch (name) {
    case "items":
      return callable(name, () => Array.from(dict, (entry) => new Tuple(entry)));
    case "keys":
      return callable(name, () => [...dict.keys()]);
    case "values":
      return callable(name, () => [...dict.values()]);
    case "get":
      return callable(name, (key, otherwise) => orElse(dict.get(keyOf(key ?? null)), otherwise ?? null));
    case "copy":
      return callable(name, () => dict);
    default:
      return undefined;
  }
}

function itemAt(object: JinjaValue, key: JinjaValue): JinjaValue | undefined {
  if (isDict(object)) return dictKey(key) ? object.get(keyOf(key)) : undefined;
  if (!isNumber(key) || typeof key === "object") return undefined;
  const items = sequence(object);
  return items?.at(numeric(key));
}

function dictKey(key: JinjaValue): boolean {
  return isNumber(key) || typeof key === "string" || key === null;
}

function sequence(object: JinjaValue): readonly JinjaValue[] | undefined {
  if (typeof object === "string") return Array.from(object);
  if (isList(object)) return object;
  return object instanceof Tuple ? object.items : undefined;
}

/** `object[start:stop:step]`. @throws Error for what has no slices */
export function sliceOf(object: JinjaValue, bounds: readonly (JinjaValue | undefined)[]): JinjaValue {
  if (object instanceof Undefined) return object.fail();
  const items = sequence(object);
  if (items === undefined) throw new Error(`'${typeName(object)}' object is not subscriptable by a slice`);
  const [start, stop, step = 1] = bounds.map((bound) => (isNumber(bound) ? Math.trunc(numeric(bound)) : undefined));
  if (step === 0) throw new Error("slice step cannot be zero");
  const clamp = (at: number | undefined, otherwise: number, least: number, most: number): number => {
    if (at === undefined) return otherwise;
    return Math.min(most, Math.max(least, at < 0 ? at + items.length : at));
  };
  const length = items.length;
  const from = step > 0 ? clamp(start, 0, 0, length) : clamp(start, length - 1, -1, length - 1);
  const to = step > 0 ? clamp(stop, length, 0, length) : clamp(stop, -1, -1, length - 1);
  const taken: JinjaValue[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) taken.push(items[at]!);
  if (typeof object === "string") return taken.map(printed).join("");
  return object instanceof Tuple ? new Tuple(taken) : taken;
}
