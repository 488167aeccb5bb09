import type { Rational } from "./rational.ts";
import type { Unit } from "./units.ts";

/** `=`, `<`, ... between two sides; `in` is "is an element of". */
export type RelationSign = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "==" | "in" | "->";

/** How the elements of a list are joined. */
export type ListJoint = "," | ";" | "and" | "or";

/** A mathematical answer that was read. */
export type MathNode =
  /** `decimals`: digits after the point as it was written; null for what is no plain decimal number. */
  | { readonly kind: "number"; readonly value: Rational; readonly decimals: number | null; readonly comma?: true }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "constant"; readonly name: "pi" | "e" | "i" | "infinity" }
  | { readonly kind: "sum"; readonly terms: readonly MathNode[] }
  | { readonly kind: "product"; readonly factors: readonly MathNode[] }
  | { readonly kind: "quotient"; readonly over: MathNode; readonly under: MathNode }
  | { readonly kind: "power"; readonly base: MathNode; readonly exponent: MathNode }
  | { readonly kind: "negative"; readonly of: MathNode }
  /** Plus or minus; `sign` is 1 for \pm and -1 for \mp. */
  | { readonly kind: "either"; readonly sign: 1 | -1; readonly of: MathNode }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly MathNode[] }
  /** A function that isn't known, f(x): equal where its arguments are. */
  | { readonly kind: "unknown-call"; readonly name: string; readonly args: readonly MathNode[] }
  | ({ readonly kind: "over-integers"; readonly total: "sum" | "prod"; readonly variable: string } & {
      readonly from: MathNode;
      readonly to: MathNode;
      readonly of: MathNode;
    })
  | { readonly kind: "percent"; readonly of: MathNode }
  | { readonly kind: "degrees"; readonly of: MathNode }
  | { readonly kind: "quantity"; readonly of: MathNode; readonly unit: Unit }
  | { readonly kind: "based"; readonly digits: string; readonly base: number }
  | { readonly kind: "clock"; readonly text: string }
  | { readonly kind: "ratio"; readonly parts: readonly MathNode[] }
  | { readonly kind: "list"; readonly joint: ListJoint; readonly items: readonly MathNode[] }
  | { readonly kind: "tuple"; readonly items: readonly MathNode[] }
  | { readonly kind: "set"; readonly items: readonly MathNode[]; readonly plainBraces?: true }
  /** Two items in brackets; (a, b) may be a pair or an open interval, and so may [a, b]. */
  | ({ readonly kind: "interval"; readonly from: MathNode; readonly to: MathNode } & IntervalEnds)
  | { readonly kind: "union" | "intersection" | "difference"; readonly left: MathNode; readonly right: MathNode }
  | { readonly kind: "named-set"; readonly name: string }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly MathNode[])[] }
  | { readonly kind: "relation"; readonly sides: readonly MathNode[]; readonly signs: readonly RelationSign[] }
  | { readonly kind: "text"; readonly words: string };

export interface IntervalEnds {
  readonly openFrom: boolean;
  readonly openTo: boolean;
}

/** The parts of a node, in order. */
export function partsOf(node: MathNode): readonly MathNode[] {
  if (node.kind === "sum") return node.terms;
  if (node.kind === "product") return node.factors;
  if (node.kind === "quotient") return [node.over, node.under];
  if (node.kind === "power") return [node.base, node.exponent];
  if (
    node.kind === "negative" ||
    node.kind === "either" ||
    node.kind === "percent" ||
    node.kind === "degrees" ||
    node.kind === "quantity"
  )
    return [node.of];
  if (node.kind === "call" || node.kind === "unknown-call") return node.args;
  if (node.kind === "over-integers") return [node.from, node.to, node.of];
  if (node.kind === "ratio") return node.parts;
  if (node.kind === "list" || node.kind === "tuple" || node.kind === "set") return node.items;
  if (node.kind === "interval") return [node.from, node.to];
  if (node.kind === "union" || node.kind === "intersection" || node.kind === "difference")
    return [node.left, node.right];
  if (node.kind === "matrix") return node.rows.flat();
  if (node.kind === "relation") return node.sides;
  return [];
}

/** Whether a node or a part of it is of this sort. */
export function holds(node: MathNode, is: (node: MathNode) => boolean): boolean {
  return is(node) || partsOf(node).some((child) => holds(child, is));
}

/** Whether a value depends on a name. */
export function isSymbolic(node: MathNode): boolean {
  return holds(node, ({ kind }) => kind === "symbol" || kind === "unknown-call");
}

/** A text that two nodes share only if they were built alike. */
export function nodeKey(node: MathNode): string {
  if (node.kind === "number") return `${node.value.over}/${node.value.under}`;
  if (node.kind === "symbol") return `'${node.name}'`;
  if (node.kind === "constant" || node.kind === "named-set") return `\\${node.name}`;
  if (node.kind === "text") return `"${node.words}"`;
  if (node.kind === "based") return `${node.digits}_${node.base}`;
  if (node.kind === "clock") return `@${node.text}`;
  if (node.kind === "interval")
    return `interval${node.openFrom ? "(" : "["}${nodeKey(node.from)},${nodeKey(node.to)}${node.openTo ? ")" : "]"}`;
  if (node.kind === "matrix") return `matrix[${node.rows.map((row) => row.map(nodeKey).join(",")).join(";")}]`;
  if (node.kind === "relation") return `relation${node.signs.join("")}(${node.sides.map(nodeKey).join(",")})`;
  return `${node.kind}${nameOf(node)}(${partsOf(node).map(nodeKey).join(",")})`;
}

function nameOf(node: MathNode): string {
  if (node.kind === "call" || node.kind === "unknown-call") return `:${node.name}`;
  if (node.kind === "either") return String(node.sign);
  if (node.kind === "quantity") return `:${node.unit.name}`;
  if (node.kind === "over-integers") return `:${node.total}:${node.variable}`;
  return "";
}

/** A node with its parts replaced. */
export function withChildren(node: MathNode, replace: (child: MathNode) => MathNode): MathNode {
  if (node.kind === "sum") return { ...node, terms: node.terms.map(replace) };
  if (node.kind === "product") return { ...node, factors: node.factors.map(replace) };
  if (node.kind === "quotient") return { ...node, over: replace(node.over), under: replace(node.under) };
  if (node.kind === "power") return { ...node, base: replace(node.base), exponent: replace(node.exponent) };
  if (
    node.kind === "negative" ||
    node.kind === "either" ||
    node.kind === "percent" ||
    node.kind === "degrees" ||
    node.kind === "quantity"
  )
    return { ...node, of: replace(node.of) };
  if (node.kind === "call" || node.kind === "unknown-call") return { ...node, args: node.args.map(replace) };
  if (node.kind === "over-integers")
    return { ...node, from: replace(node.from), to: replace(node.to), of: replace(node.of) };
  if (node.kind === "ratio") return { ...node, parts: node.parts.map(replace) };
  if (node.kind === "list" || node.kind === "tuple" || node.kind === "set")
    return { ...node, items: node.items.map(replace) };
  if (node.kind === "interval") return { ...node, from: replace(node.from), to: replace(node.to) };
  if (node.kind === "union" || node.kind === "intersection" || node.kind === "difference")
    return { ...node, left: replace(node.left), right: replace(node.right) };
  if (node.kind === "matrix") return { ...node, rows: node.rows.map((row) => row.map(replace)) };
  if (node.kind === "relation") return { ...node, sides: node.sides.map(replace) };
  return node;
}
