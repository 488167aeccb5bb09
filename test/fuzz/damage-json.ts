import type { RandomStream } from "../../src/random.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const NAMES: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  "0",
  "\u0000",
  "a\nb",
  "\ud800",
  "__metadata__",
  "../../x",
];

/** Values that no field expects, or only as something else. */
export function hostileValue(random: RandomStream): Json {
  return random.pick<() => Json>([
    () => null,
    () => random.next() < 0.5,
    () =>
      random.pick([
        0,
        -0,
        -1,
        1,
        2,
        3,
        0.5,
        4,
        8,
        16,
        64,
        2 ** 31,
        2 ** 32,
        2 ** 53,
        2 ** 53 + 2,
        -(2 ** 63),
        1e308,
        5e-324,
      ]),
    () =>
      random.pick([
        "",
        "x",
        "F32",
        "F64",
        "NaN",
        "-1",
        "\u202e",
        "\ud800",
        "../../x",
        "/etc/passwd",
        "x".repeat(20_000),
        ...NAMES,
      ]),
    () => [],
    () => ({}),
    () => Array.from({ length: 1 + random.integer(12) }, () => random.pick([0, 1, 2 ** 52, -1, 0.5])),
    () => nested(1 + random.integer(200)),
    () => ({ ["__proto__"]: { type: "default" } }),
  ])();
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { x: value };
  return value;
}

/**
 * A copy of a value out of a JSON file with one to three places damaged: replaced, removed, renamed, repeated or
 * swapped.
 */
export function damageJson(value: unknown, random: RandomStream, what: string[]): unknown {
  const copy = JSON.parse(JSON.stringify(value)) as Json;
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const place = pickPlace(copy, random);
    if (place === null) return hostileValue(random);
    damagePlace(place.parent, place.key, random, what);
  }
  return copy;
}

type Parent = Json[] | { [key: string]: Json };

/** A place at any depth: at each level it is this one or one below. */
function pickPlace(value: Json, random: RandomStream): { readonly parent: Parent; readonly key: string } | null {
  if (typeof value !== "object" || value === null) return null;
  const keys = Object.keys(value);
  if (keys.length === 0) return null;
  const key = random.pick(keys);
  const below = random.next() < 0.7 ? pickPlace((value as Record<string, Json>)[key]!, random) : null;
  return below ?? { parent: value as Parent, key };
}

function damagePlace(parent: Parent, key: string, random: RandomStream, what: string[]): void {
  const at = parent as Record<string, Json>;
  const set = (name: string, value: Json): void =>
    void Object.defineProperty(parent, name, { value, enumerable: true, writable: true, configurable: true });
  const way = random.integer(5);
  if (way === 0) {
    what.push(`${key} removed`);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete at[key];
  } else if (way === 1) {
    const name = random.pick([...NAMES, ...Object.keys(parent)]);
    what.push(`${key} renamed ${JSON.stringify(name)}`);
    if (Array.isArray(parent)) return void parent.push(at[key]!);
    const value = at[key]!;
    delete at[key];
    set(name, value);
  } else if (way === 2) {
    const other = random.pick(Object.keys(parent));
    what.push(`${key} and ${other} swapped`);
    const [a, b] = [at[key]!, at[other]!];
    set(key, b);
    set(other, a);
  } else {
    const value = hostileValue(random);
    what.push(`${key} is ${JSON.stringify(value).slice(0, 60)}`);
    set(key, value);
  }
}

/** The text with one name written over another, which no object could hold twice. */
export function repeatName(text: string, random: RandomStream, what: string[]): string {
  const names = [...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, name]) => name!);
  if (names.length < 2) return text;
  const [from, to] = [random.pick(names), random.pick(names)];
  what.push(`${from} is named ${to} too`);
  return text.replace(`"${from}":`, `"${to}":`);
}
