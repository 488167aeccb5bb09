import { compareScalars, realValue, type Comparison, differs, SAME, unknown } from "./compare-scalars.ts";
import type { Budget } from "./limits.ts";
import { integerNode } from "./parse-atom.ts";
import { nodeKey, type MathNode, type RelationSign } from "./node.ts";
import { labelled, type Relation } from "./relations.ts";

/** An interval of real numbers. */
interface Stretch {
  readonly from: End;
  readonly to: End;
}

interface End {
  readonly value: number;
  readonly node: MathNode;
  readonly open: boolean;
}

type EndNode = Omit<End, "value">;

const INFINITY: MathNode = { kind: "constant", name: "infinity" };
const MINUS_INFINITY: MathNode = { kind: "negative", of: INFINITY };
const FIRST: End = { value: Number.NEGATIVE_INFINITY, node: MINUS_INFINITY, open: true };
const LAST: End = { value: Number.POSITIVE_INFINITY, node: INFINITY, open: true };
const ALL: readonly Stretch[] = [{ from: FIRST, to: LAST }];

/** All reals, or those on one side of zero. */
const REALS = /^R(?:[_^](?:[+-]|[<>]0))?$/;

function realsOf(name: string): readonly Stretch[] | null {
  if (name === "R") return ALL;
  const zero: End = { value: 0, node: integerNode(0n), open: true };
  if (/^R[_^](?:\+|>0)$/.test(name)) return [{ from: zero, to: LAST }];
  return /^R[_^](?:-|<0)$/.test(name) ? [{ from: FIRST, to: zero }] : null;
}

/** Whether a node speaks of a set of reals by intervals or inequalities, and of nothing else. */
export function isRealSet(node: MathNode): boolean {
  if (node.kind === "interval") return true;
  if (node.kind === "union" || node.kind === "intersection" || node.kind === "difference") return true;
  if (node.kind === "named-set") return REALS.test(node.name);
  if (node.kind === "text") return /^(all )?(real numbers|reals)$/.test(node.words);
  if (node.kind === "relation") {
    return labelled(node)?.value !== undefined
      ? isRealSet(labelled(node)!.value)
      : node.signs.every((sign) => "<=>=!=".includes(sign) && sign !== "=");
  }
  if (node.kind === "list")
    return node.items.length > 1 && node.items.every((item) => item.kind === "relation" && isRealSet(item));
  return false;
}

/** Compares two sets of reals, stretch by stretch; null where one of them isn't read as such. */
export function compareRealSets(gold: MathNode, answer: MathNode, budget: Budget): Comparison | null {
  const [a, b] = [stretchesOf(gold, budget), stretchesOf(answer, budget)];
  if (a === null || b === null) return null;
  const [first, second] = [merged(a), merged(b)];
  if (first.length !== second.length) return differs("another set of numbers");
  for (const [index, { from, to }] of first.entries()) {
    for (const [mine, other] of [
      [from, second[index]!.from],
      [to, second[index]!.to],
    ] as const) {
      const found = compareScalars(mine.node, other.node, budget);
      if (found.is !== "same") return found.is === "differs" ? differs("another end of an interval") : found;
      if (mine.open !== other.open && Number.isFinite(mine.value))
        return differs("an end that belongs to one set only");
    }
  }
  return SAME;
}

/** The same for two single intervals whose ends hold names. */
export function compareIntervals(
  gold: Extract<MathNode, { kind: "interval" }>,
  answer: Extract<MathNode, { kind: "interval" }>,
  compare: (gold: MathNode, answer: MathNode) => Comparison,
): Comparison {
  if (gold.openFrom !== answer.openFrom || gold.openTo !== answer.openTo)
    return differs("an end that belongs to one set only");
  const from = compare(gold.from, answer.from);
  return from.is === "same" ? compare(gold.to, answer.to) : from;
}

function stretchesOf(node: MathNode, budget: Budget): readonly Stretch[] | null {
  budget.spend();
  if (node.kind === "interval")
    return stretch({ node: node.from, open: node.openFrom }, { node: node.to, open: node.openTo }, budget);
  if (node.kind === "set") {
    return node.items.length > 64
      ? null
      : joined(node.items.map((item) => stretch({ node: item, open: false }, { node: item, open: false }, budget)));
  }
  if (node.kind === "named-set") return realsOf(node.name);
  if (node.kind === "text") return isRealSet(node) ? ALL : null;
  if (node.kind === "union") return joined([stretchesOf(node.left, budget), stretchesOf(node.right, budget)]);
  if (node.kind === "intersection") return both(stretchesOf(node.left, budget), stretchesOf(node.right, budget));
  if (node.kind === "difference") return both(stretchesOf(node.left, budget), without(stretchesOf(node.right, budget)));
  if (node.kind === "relation") {
    const named = labelled(node);
    if (named !== null) return isRealSet(named.value) ? stretchesOf(named.value, budget) : null;
    return solved(node, budget);
  }
  if (node.kind === "list") return listed(node, budget);
  return null;
}

/** Conditions by "and" hold together, by "or" one of them; by commas what makes sense of the two. */
function listed(node: Extract<MathNode, { kind: "list" }>, budget: Budget): readonly Stretch[] | null {
  if (node.items.length > 24 || !isRealSet(node)) return null;
  const variables = new Set(node.items.map((item) => variableOf(item)));
  if (variables.size !== 1) return null;
  const parts = node.items.map((item) => stretchesOf(item, budget));
  const together = parts.reduce((a, b) => both(a, b));
  if (node.joint === "and") return together;
  const one = joined(parts);
  if (node.joint === "or" || one === null) return one;
  const all = merged(one);
  const isAll = all.length === 1 && all[0]!.from.value === -Infinity && all[0]!.to.value === Infinity;
  return isAll ? together : one;
}

function variableOf(node: MathNode): string {
  if (node.kind !== "relation") return "";
  const side = node.sides.find((part) => bareVariable(part) !== null);
  return side === undefined ? "" : nodeKey(bareVariable(side)!);
}

function bareVariable(node: MathNode): MathNode | null {
  if (node.kind === "symbol") return node;
  if (node.kind === "call" && node.name === "abs" && node.args[0]?.kind === "symbol") return node.args[0];
  return null;
}

function stretch(from: EndNode, to: EndNode, budget: Budget): readonly Stretch[] | null {
  const [low, high] = [realValue(from.node, budget), realValue(to.node, budget)];
  if (low === null || high === null || low > high) return null;
  return [
    {
      from: { ...from, value: low, open: from.open || low === -Infinity },
      to: { ...to, value: high, open: to.open || high === Infinity },
    },
  ];
}

function joined(parts: readonly (readonly Stretch[] | null)[]): readonly Stretch[] | null {
  const all: Stretch[] = [];
  for (const part of parts) {
    if (part === null) return null;
    all.push(...part);
  }
  return all.length > 256 ? null : all;
}

/** In order, with those that touch as one, and without empty ones. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const kept = stretches.filter(({ from, to }) => from.value < to.value || (!from.open && !to.open));
  const ordered = [...kept].sort((a, b) => a.from.value - b.from.value || Number(a.from.open) - Number(b.from.open));
  const result: Stretch[] = [];
  for (const next of ordered) {
    const last = result.at(-1);
    const touches =
      last !== undefined &&
      (next.from.value < last.to.value || (next.from.value === last.to.value && !(next.from.open && last.to.open)));
    if (!touches) result.push(next);
    else if (next.to.value > last.to.value || (next.to.value === last.to.value && last.to.open))
      result[result.length - 1] = { from: last.from, to: next.to };
  }
  return result;
}

function without(stretches: readonly Stretch[] | null): readonly Stretch[] | null {
  if (stretches === null) return null;
  const gaps: Stretch[] = [];
  let from: End = FIRST;
  for (const next of merged(stretches)) {
    gaps.push({ from, to: { ...next.from, open: !next.from.open } });
    from = { ...next.to, open: !next.to.open };
  }
  gaps.push({ from, to: LAST });
  return gaps
    .filter((gap) => gap.from.value < gap.to.value || (!gap.from.open && !gap.to.open))
    .filter((gap) => Number.isFinite(gap.from.value) || gap.from.value < gap.to.value);
}

function both(a: readonly Stretch[] | null, b: readonly Stretch[] | null): readonly Stretch[] | null {
  if (a === null || b === null || a.length * b.length > 1024) return null;
  const common: Stretch[] = [];
  for (const one of a) {
    for (const other of b) {
      const from =
        one.from.value > other.from.value || (one.from.value === other.from.value && one.from.open)
          ? one.from
          : other.from;
      const to = one.to.value < other.to.value || (one.to.value === other.to.value && one.to.open) ? one.to : other.to;
      if (from.value < to.value || (from.value === to.value && !from.open && !to.open)) common.push({ from, to });
    }
  }
  return common;
}

/** The solutions of x < 3, 1 <= x < 2, |x| > 1, x != 0: a name alone, with numbers around it. */
function solved({ sides, signs }: Relation, budget: Budget): readonly Stretch[] | null {
  const place = sides.findIndex((side) => bareVariable(side) !== null);
  if (place < 0) return null;
  let result: readonly Stretch[] | null = ALL;
  for (const [index, sign] of signs.entries()) {
    if (index !== place && index + 1 !== place) return null;
    const bound = index === place ? sides[index + 1]! : sides[index]!;
    const part = half(bound, index === place ? sign : turned(sign), budget);
    result = both(result, part);
  }
  return sides[place]!.kind === "symbol" ? result : mirrored(result);
}

function turned(sign: RelationSign): RelationSign {
  return ({ "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as Partial<Record<RelationSign, RelationSign>>)[sign] ?? sign;
}

/** The numbers that stand in a relation to a bound. */
function half(bound: MathNode, sign: RelationSign, budget: Budget): readonly Stretch[] | null {
  const value = realValue(bound, budget);
  if (value === null) return null;
  const end = (open: boolean): End => ({ value, node: bound, open });
  if (sign === "<" || sign === "<=") return [{ from: FIRST, to: end(sign === "<") }];
  if (sign === ">" || sign === ">=") return [{ from: end(sign === ">"), to: LAST }];
  if (sign === "!=") {
    return [
      { from: FIRST, to: end(true) },
      { from: end(true), to: LAST },
    ];
  }
  return null;
}

/** Where |x| lies in a set, x does. */
function mirrored(stretches: readonly Stretch[] | null): readonly Stretch[] | null {
  const zero: MathNode = { kind: "sum", terms: [] };
  const positive = both(stretches, [{ from: { value: 0, node: zero, open: false }, to: LAST }]);
  if (positive === null || positive.some(({ from }) => from.node === zero)) return spread(positive, zero);
  return [...positive.map(negated), ...positive];
}

function spread(positive: readonly Stretch[] | null, zero: MathNode): readonly Stretch[] | null {
  if (positive === null) return null;
  // A stretch that begins at zero goes through it.
  return positive.flatMap((part) =>
    part.from.node === zero ? [{ from: negated(part).from, to: part.to }] : [negated(part), part],
  );
}

function negated({ from, to }: Stretch): Stretch {
  const minus = ({ value, node, open }: End): End => ({ value: -value, node: { kind: "negative", of: node }, open });
  return { from: minus(to), to: minus(from) };
}

/** Why two sets of reals can't be compared. */
export const UNREAD_SET: Comparison = unknown("a set that can't be compared");
