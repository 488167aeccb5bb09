import { differs, SAME, unknown, type Comparison } from "./compare-scalars.ts";
import { exactValue } from "./exact.ts";
import { MOST_ELEMENTS, MOST_SYMBOLIC_ELEMENTS } from "./limits.ts";
import { holds, nodeKey, withChildren, type MathNode } from "./node.ts";
import { labelled, type Comparer } from "./relations.ts";

/** Elements of an answer that has several; `ordered` where their order is a part of it. */
export interface Elements {
  readonly items: readonly MathNode[];
  readonly ordered: boolean;
  readonly kind: "list" | "tuple" | "set";
  /** Its elements are alternatives (`1 or 2`), which have no order at all. */
  readonly alternatives?: boolean;
}

/** The elements of a list, a tuple or a set, with each \pm as two; null for a single value. */
export function elementsOf(node: MathNode): Elements | null {
  if (node.kind === "list")
    return { items: node.items.flatMap(bothSigns), ordered: false, kind: "list", alternatives: node.joint === "or" };
  if (node.kind === "set") return { items: node.items.flatMap(bothSigns), ordered: false, kind: "set" };
  if (node.kind === "tuple") return { items: node.items, ordered: true, kind: "tuple" };
  if (node.kind === "interval") {
    if (node.openFrom !== node.openTo) return null;
    return { items: [node.from, node.to], ordered: true, kind: "tuple" };
  }
  if (node.kind === "union") {
    const [left, right] = [elementsOf(node.left), elementsOf(node.right)];
    if (left?.kind !== "set" || right?.kind !== "set") return null;
    return { items: [...left.items, ...right.items], ordered: false, kind: "set" };
  }
  if (node.kind === "matrix") {
    if (node.rows.length !== 1 && node.rows[0]!.length !== 1) return null;
    return { items: node.rows.flat(), ordered: true, kind: "tuple" };
  }
  return holds(node, ({ kind }) => kind === "either")
    ? { items: bothSigns(node), ordered: false, kind: "list", alternatives: true }
    : null;
}

/** A value with \pm as its two values: all of its signs turn together. */
export function bothSigns(node: MathNode): readonly MathNode[] {
  if (!holds(node, ({ kind }) => kind === "either")) return [node];
  if (node.kind === "list" || node.kind === "set") return [withChildren(node, (child) => child)];
  return [signed(node, 1), signed(node, -1)];
}

function signed(node: MathNode, turn: 1 | -1): MathNode {
  if (node.kind !== "either") return withChildren(node, (child) => signed(child, turn));
  const of = signed(node.of, turn);
  return node.sign * turn === 1 ? of : { kind: "negative", of };
}

/** Elements with names of their own (x = 1, y = 2) have an order, by which they may be given without. */
function names(items: readonly MathNode[]): readonly string[] | null {
  const found = items.map((item) => {
    const named = labelled(item);
    return named === null ? null : nodeKey(named.label);
  });
  return found.includes(null) ? null : (found as string[]);
}

/** Compares two collections: tuples in order, sets and lists as multisets. */
export function compareElements(gold: Elements, answer: Elements, comparer: Comparer): Comparison {
  const { budget } = comparer;
  if ((gold.kind === "set" && answer.kind === "tuple") || (gold.kind === "tuple" && answer.kind === "set"))
    return differs("a set is no tuple");
  if (gold.items.length !== answer.items.length)
    return differs(`${answer.items.length} elements instead of ${gold.items.length}`);
  if (gold.items.length > MOST_ELEMENTS) return unknown(`more than ${MOST_ELEMENTS} elements`);
  const [goldNames, answerNames] = [names(gold.items), names(answer.items)];
  const distinct = (of: readonly string[] | null): boolean =>
    of !== null && new Set(of).size === of.length && of.length > 1;
  const onesNames = (distinct(goldNames) && answerNames === null) || (distinct(answerNames) && goldNames === null);
  const namesFit = (items: readonly MathNode[], of: readonly string[] | null): boolean =>
    of === null ? items.every((item) => labelled(item) === null) : distinct(of);
  if (gold.ordered !== answer.ordered && !(namesFit(gold.items, goldNames) && namesFit(answer.items, answerNames)))
    return unknown("a tuple and the values of one name");
  if ((gold.ordered !== answer.ordered || onesNames) && (gold.alternatives === true || answer.alternatives === true))
    return unknown("alternatives and values in order");
  if (onesNames && (gold.kind === "set" || answer.kind === "set")) return unknown("a set and values with names");
  if (gold.ordered || answer.ordered || onesNames) return inOrder(gold.items, answer.items, comparer);
  const [first, second] = [gold.items, answer.items].map((items) => {
    const keys = items.map((item) => {
      const value = exactValue(labelled(item)?.value ?? item, budget);
      return value === null ? null : `${value.over}/${value.under}`;
    });
    return keys.includes(null) || goldNames !== null || answerNames !== null ? null : (keys as string[]).sort();
  }) as [string[] | null, string[] | null];
  if (first !== null && second !== null && first.join() === second.join()) return SAME;
  if (gold.items.length > MOST_SYMBOLIC_ELEMENTS)
    return first !== null && second !== null
      ? differs("other elements")
      : unknown(`more than ${MOST_SYMBOLIC_ELEMENTS} elements that are no fractions`);
  return inAnyOrder(gold.items, answer.items, comparer);
}

function inOrder(gold: readonly MathNode[], answer: readonly MathNode[], { compare }: Comparer): Comparison {
  let doubt: Comparison | null = null;
  for (const [index, item] of gold.entries()) {
    const found = compare(item, answer[index]!);
    if (found.is === "differs") return found;
    if (found.is === "unknown") doubt ??= found;
  }
  return doubt ?? SAME;
}

function inAnyOrder(gold: readonly MathNode[], answer: readonly MathNode[], { compare }: Comparer): Comparison {
  const left = [...answer];
  let doubt: Comparison | null = null;
  for (const item of gold) {
    let place = -1;
    for (const [index, other] of left.entries()) {
      const found = compare(item, other);
      if (found.is === "same") {
        place = index;
        break;
      }
      if (found.is === "unknown") doubt ??= found;
    }
    if (place < 0) return doubt ?? differs("other elements");
    left.splice(place, 1);
  }
  return SAME;
}
