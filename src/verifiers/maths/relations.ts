import type { Budget } from "./limits.ts";
import { holds, nodeKey, type MathNode, type RelationSign } from "./node.ts";
import { differs, proportion, SAME, unknown, type Comparison } from "./compare-scalars.ts";

export type Relation = Extract<MathNode, { kind: "relation" }>;

/** What compares the parts of two nodes. */
export interface Comparer {
  readonly budget: Budget;
  compare(gold: MathNode, answer: MathNode): Comparison;
}

/** Whether the left of an equation only names what is on its right: `x`, `AB`, `f(2)`, `|AB|`, `(p, q)`, words. */
export function isLabel(node: MathNode): boolean {
  if (node.kind === "symbol" || node.kind === "unknown-call" || node.kind === "text") return true;
  if (node.kind === "constant") return node.name === "e" || node.name === "i";
  if (node.kind === "call") return node.args.every(isLabel);
  if (node.kind === "product") return node.factors.every(isLabel);
  if (node.kind === "quotient") return isLabel(node.over) && isLabel(node.under);
  if (node.kind === "ratio") return node.parts.every(isLabel);
  if (node.kind === "tuple" || node.kind === "list") return node.items.every(isLabel);
  if (node.kind === "interval") return isLabel(node.from) && isLabel(node.to);
  if (node.kind === "sum") return node.terms.every(({ kind }) => kind === "unknown-call");
  return false;
}

/** The name and the value of `x = 2`, `x \approx 2`, `x \in A`, `2 = x`; null where it is another relation. */
export function labelled(node: MathNode): { readonly label: MathNode; readonly value: MathNode } | null {
  if (node.kind !== "relation") return null;
  const { sides, signs } = node;
  if (signs.length === 1 && signs[0] === "in")
    return isLabel(sides[0]!) ? { label: sides[0]!, value: sides[1]! } : null;
  if (signs.some((sign) => sign !== "=" && sign !== "~")) return null;
  const own = nodeKey(sides[0]!);
  const namesItself = sides.slice(1).some((side) => holds(side, (node) => nodeKey(node) === own));
  if (isLabel(sides[0]!) && !(signs.length > 1 && namesItself)) {
    // What is said to be about it, is no longer it.
    const about = signs.indexOf("~", 1);
    return { label: sides[0]!, value: sides[about < 0 ? sides.length - 1 : about]! };
  }
  const last = sides.at(-1)!;
  if (signs.length === 1 && isLabel(last) && !isNamed(sides[0]!)) return { label: last, value: sides[0]! };
  return null;
}

/** Whether equations in a row say nothing that can be followed: x = 1 + x = 2. */
export function isUnclearChain(node: MathNode): boolean {
  return (
    node.kind === "relation" &&
    node.signs.length > 1 &&
    node.signs.every((sign) => sign === "=") &&
    node.sides.some(isNamed) &&
    labelled(node) === null
  );
}

/** The value of a chain without names, 2 + 3 = 5; null where its sides differ. */
export function chainValue({ sides, signs }: Relation, { compare }: Comparer): MathNode | null {
  if (signs.some((sign) => sign !== "=") || sides.some(isNamed)) return null;
  const last = sides.at(-1)!;
  return sides.every((side) => compare(last, side).is === "same") ? last : null;
}

function isNamed(node: MathNode): boolean {
  return holds(node, ({ kind }) => kind === "symbol" || kind === "unknown-call" || kind === "text");
}

const FLIPPED: Partial<Record<RelationSign, RelationSign>> = { ">": "<", ">=": "<=" };

/** A relation of two sides as `difference sign 0`, with `<` and `<=` alone for inequalities. */
function normal(
  left: MathNode,
  sign: RelationSign,
  right: MathNode,
): { readonly difference: MathNode; readonly sign: RelationSign } {
  const flipped = FLIPPED[sign];
  const [a, b] = flipped === undefined ? [left, right] : [right, left];
  return { difference: { kind: "sum", terms: [a, { kind: "negative", of: b }] }, sign: flipped ?? sign };
}

/** Compares two relations: of two sides by the constant proportion of their differences, of more side by side. */
export function compareRelations(gold: Relation, answer: Relation, { budget, compare }: Comparer): Comparison {
  const [a, b] = [labelled(gold), labelled(answer)];
  if (a !== null && b !== null) {
    if (nodeKey(a.label) === nodeKey(b.label) || a.label.kind === "text" || b.label.kind === "text")
      return compare(a.value, b.value);
    if (a.label.kind === "unknown-call" && b.label.kind === "unknown-call") return unknown("another name");
  }
  if (gold.signs.length === 1 && answer.signs.length === 1) return compareTwoSided(gold, answer, { budget, compare });
  const forwards = (relation: Relation): Relation =>
    relation.signs.every((sign) => sign === ">" || sign === ">=")
      ? {
          ...relation,
          sides: [...relation.sides].reverse(),
          signs: [...relation.signs].reverse().map((sign) => FLIPPED[sign] ?? sign),
        }
      : relation;
  const [first, second] = [forwards(gold), forwards(answer)];
  if (first.signs.join() !== second.signs.join()) return differs("another relation");
  for (const [index, side] of first.sides.entries()) {
    const found = compare(side, second.sides[index]!);
    if (found.is !== "same") return found;
  }
  return SAME;
}

function compareTwoSided(gold: Relation, answer: Relation, { budget, compare }: Comparer): Comparison {
  const [a, b] = [gold, answer].map(({ sides, signs }) => normal(sides[0]!, signs[0]!, sides[1]!)) as [
    ReturnType<typeof normal>,
    ReturnType<typeof normal>,
  ];
  const kindOf = (sign: RelationSign): RelationSign => (sign === "~" ? "=" : sign);
  if (kindOf(a.sign) !== kindOf(b.sign)) return differs("another relation");
  if (["in", "->", "=="].includes(a.sign)) {
    const [left, right] = [0, 1].map((side) => compare(gold.sides[side]!, answer.sides[side]!)) as [
      Comparison,
      Comparison,
    ];
    return left.is === "same" ? right : left;
  }
  if (!isNamed(a.difference) || !isNamed(b.difference)) return unknown("a relation without a name in it");
  const found = proportion(b.difference, a.difference, budget);
  if (found === null) return differs("another relation");
  if (found === "negative" && (a.sign === "<" || a.sign === "<=")) return differs("the other way round");
  return SAME;
}
