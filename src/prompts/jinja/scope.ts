import type { Expression, Target } from "./nodes.ts";
import { printed } from "./print-value.ts";
import { callable, iterate, Namespace, orElse, Tuple, Undefined, type JinjaValue } from "./values.ts";

/** Names with their values; those of the scope around it are seen too. */
export class Scope {
  constructor(
    private readonly outer: Scope | null,
    private readonly names: Map<string, JinjaValue> = new Map(),
  ) {}

  get(name: string): JinjaValue {
    const value = this.names.get(name);
    if (value !== undefined) return value;
    return this.outer === null ? new Undefined(name) : this.outer.get(name);
  }

  set(name: string, value: JinjaValue): void {
    this.names.set(name, value);
  }
}

/** A scope in which the names of a target have a value. */
export function bound(target: Target, value: JinjaValue, outer: Scope): Scope {
  const scope = new Scope(outer);
  assign(target, value, scope);
  return scope;
}

/** Gives a value to the names of a target. @throws Error where it can't be taken apart so */
export function assign(target: Expression, value: JinjaValue, scope: Scope): void {
  if (target.type === "name") return scope.set(target.name, value);
  if (target.type === "member") {
    const object = target.object.type === "name" ? scope.get(target.object.name) : null;
    if (!(object instanceof Namespace)) throw new Error("cannot assign attribute on non-namespace object");
    object.fields.set(target.name, value);
    return;
  }
  if (target.type !== "tuple" && target.type !== "list") throw new Error("can't assign to it");
  const items = iterate(value);
  if (items.length !== target.items.length)
    throw new Error(`expected ${target.items.length} values to unpack, got ${items.length}`);
  for (const [i, part] of target.items.entries()) assign(part, items[i]!, scope);
}

/** What `loop` says in the round `i`. @param changes what `loop.changed` was given last */
export function loopFields(
  items: readonly JinjaValue[],
  i: number,
  depth: number,
  changes: { last: JinjaValue | undefined },
): ReadonlyMap<string, JinjaValue> {
  const { length } = items;
  return new Map<string, JinjaValue>([
    ["index", i + 1],
    ["index0", i],
    ["revindex", length - i],
    ["revindex0", length - i - 1],
    ["first", i === 0],
    ["last", i === length - 1],
    ["length", length],
    ["depth", depth],
    ["depth0", depth - 1],
    ["previtem", orElse(items[i - 1], new Undefined("there is no previous item"))],
    ["nextitem", orElse(items[i + 1], new Undefined("there is no next item"))],
    ["cycle", callable("cycle", (...given) => orElse(given[i % given.length], null))],
    [
      "changed",
      callable("changed", (...given) => {
        const now = printed(new Tuple(given.map((value) => value ?? null)));
        const differs = changes.last !== now;
        changes.last = now;
        return differs;
      }),
    ],
  ]);
}
