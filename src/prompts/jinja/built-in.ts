import { printed } from "./print-value.ts";
import { Callable, isDict, iterate, Namespace, type CallArguments, type JinjaValue } from "./values.ts";

function namespace({ positional, named }: CallArguments): JinjaValue {
  const fields = new Map(named);
  for (const source of positional)
    for (const [key, value] of isDict(source) ? source : pairs(source))
      if (!fields.has(printed(key))) fields.set(printed(key), value);
  return new Namespace(fields);
}

function pairs(source: JinjaValue): (readonly [JinjaValue, JinjaValue])[] {
  return iterate(source).map((pair) => {
    const [key, value] = iterate(pair);
    if (key === undefined || value === undefined) throw new Error("expected pairs of a key and a value");
    return [key, value] as const;
  });
}

/** Names that every template of Jinja finds. */
export const BUILT_IN: ReadonlyMap<string, JinjaValue> = new Map<string, JinjaValue>([
  ["namespace", new Callable("namespace", namespace)],
  [
    "dict",
    new Callable("dict", ({ positional: [source], named }) => {
      const entries = isDict(source) ? source : pairs(source ?? []);
      return new Map<JinjaValue, JinjaValue>([...entries, ...named]);
    }),
  ],
]);
