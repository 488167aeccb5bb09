import { compareElements, elementsOf } from "./collections.ts";
import { compareScalars, differs, SAME, unknown, type Comparison } from "./compare-scalars.ts";
import { exactValue } from "./exact.ts";
import { Budget, Unreadable } from "./limits.ts";
import { determinant, holdsMatrix, matrixOf, rowsInBrackets } from "./matrices.ts";
import { nodeKey, withChildren, type MathNode } from "./node.ts";
import { multiplyRational } from "./rational.ts";
import { compareIntervals, compareRealSets, isRealSet, UNREAD_SET } from "./real-sets.ts";
import { chainValue, compareRelations, isUnclearChain, labelled, type Comparer } from "./relations.ts";
import { sameUnit } from "./units.ts";

/** Whether an answer is the gold, both read. Work is bounded; what is too much is `unknown`. */
export function compareMaths(gold: MathNode, answer: MathNode): Comparison {
  const budget = new Budget();
  const comparer: Comparer = { budget, compare: (a, b) => compareNodes(a, b, comparer) };
  try {
    return comparer.compare(gold, answer);
  } catch (error) {
    if (error instanceof Unreadable) return unknown(error.message);
    throw error;
  }
}

function compareNodes(gold: MathNode, answer: MathNode, comparer: Comparer): Comparison {
  comparer.budget.spend();
  const [a, b] = [withDeterminants(gold), withDeterminants(answer)];
  if (nodeKey(a) === nodeKey(b)) return SAME;
  return (
    compareTexts(a, b) ??
    compareMeasured(a, b, comparer) ??
    compareNamed(a, b, comparer) ??
    compareSets(a, b, comparer) ??
    compareMatrices(a, b, comparer) ??
    compareCollections(a, b, comparer) ??
    comparePlain(a, b, comparer)
  );
}

function withDeterminants(node: MathNode): MathNode {
  if (node.kind === "call" && node.name === "det" && node.args[0]?.kind === "matrix")
    return determinant(node.args[0].rows) ?? node;
  return node.kind === "matrix" || !holdsMatrix(node) ? node : withChildren(node, withDeterminants);
}

function compareTexts(gold: MathNode, answer: MathNode): Comparison | null {
  if (gold.kind === "text" && answer.kind === "text" && !isRealSet(gold)) return differs("other words");
  if (isEmptySet(gold) && isEmptySet(answer)) return SAME;
  if (gold.kind === "clock" || answer.kind === "clock") return differs("another time");
  if (gold.kind === "based" || answer.kind === "based")
    return gold.kind === answer.kind ? differs("another number") : unknown("a number in another base");
  return null;
}

/** The empty set, also in words. */
function isEmptySet(node: MathNode): boolean {
  if (node.kind === "set") return node.items.length === 0;
  return (
    node.kind === "text" && /^(there (is|are) )?no (real )?(solutions?|roots?)$|^(the )?empty set$/.test(node.words)
  );
}

/** Percent, degrees and units: compared where both have them, else left aside. */
function compareMeasured(gold: MathNode, answer: MathNode, comparer: Comparer): Comparison | null {
  const { compare } = comparer;
  if (gold.kind === "quantity" || answer.kind === "quantity") return compareQuantities(gold, answer, comparer);
  if (gold.kind === "percent" && answer.kind === "percent") return compare(gold.of, answer.of);
  if (gold.kind === "percent") {
    const share = compareScalarsSafely(gold, answer, comparer);
    return share !== null && share.is === "same" ? share : compare(gold.of, answer);
  }
  if (answer.kind === "percent") {
    const share = compareScalarsSafely(gold, answer, comparer);
    if (share === null || share.is === "same") return share;
    // A gold of more than one, in digits, can be the percentage itself; a smaller one is a share.
    const isFigure = gold.kind === "number" && gold.decimals !== null && gold.value.over > gold.value.under;
    return isFigure ? compare(gold, answer.of) : share;
  }
  if (gold.kind === "degrees" || answer.kind === "degrees")
    return compare(gold.kind === "degrees" ? gold.of : gold, answer.kind === "degrees" ? answer.of : answer);
  return null;
}

/** Null where one of the two is no expression. */
function compareScalarsSafely(gold: MathNode, answer: MathNode, { budget }: Comparer): Comparison | null {
  return isExpression(gold) && isExpression(answer) ? compareScalars(gold, answer, budget) : null;
}

function compareQuantities(gold: MathNode, answer: MathNode, { budget, compare }: Comparer): Comparison {
  if (gold.kind !== "quantity") return compare(gold, (answer as Extract<MathNode, { kind: "quantity" }>).of);
  if (answer.kind !== "quantity") return compare(gold.of, answer);
  const same = sameUnit(gold.unit, answer.unit);
  if (same === true) return compare(gold.of, answer.of);
  const [a, b] = [gold.unit.known, answer.unit.known];
  if (a !== null && b !== null && a.dimension === b.dimension) {
    const [first, second] = [exactValue(gold.of, budget), exactValue(answer.of, budget)];
    if (first !== null && second !== null) {
      const [x, y] = [multiplyRational(first, a.factor), multiplyRational(second, b.factor)];
      if (x.over === y.over && x.under === y.under) return SAME;
    }
  }
  return unknown(`${answer.unit.name} where ${gold.unit.name} is expected`);
}

/** x = 2 beside 2, and beside x = 2. */
function compareNamed(gold: MathNode, answer: MathNode, comparer: Comparer): Comparison | null {
  const { compare } = comparer;
  if (isRealSet(gold) && isRealSet(answer)) {
    const found = compareRealSets(gold, answer, comparer.budget);
    if (found !== null && found.is === "same") return found;
  }
  if (isUnclearChain(gold) || isUnclearChain(answer)) return unknown("equations in a row that can't be followed");
  if (gold.kind === "relation" && answer.kind === "relation") return compareRelations(gold, answer, comparer);
  for (const [one, other, isGold] of [
    [gold, answer, true],
    [answer, gold, false],
  ] as const) {
    if (one.kind !== "relation") continue;
    const value = labelled(one)?.value ?? (isGold ? null : chainValue(one, comparer));
    if (value === null && isRealSet(one) && (isRealSet(other) || other.kind === "set" || other.kind === "list"))
      return null;
    if (value === null) return elementsOf(one) === null ? differs("a relation and a value") : null;
    if (other.kind === "list" && elementsOf(value) === null) return null;
    if (one.signs[0] === "in" && value.kind === "interval" && other.kind !== "interval" && !isRealSet(other))
      return differs("an interval is no list");
    return isGold ? compare(value, other) : compare(other, value);
  }
  return null;
}

function compareSets(gold: MathNode, answer: MathNode, { budget, compare }: Comparer): Comparison | null {
  if (gold.kind === "interval" && answer.kind === "interval") {
    if (gold.openFrom !== answer.openFrom || gold.openTo !== answer.openTo)
      return compareIntervals(gold, answer, compare);
    // Two pairs, or two intervals: both ways the ends decide.
    return compareIntervals(gold, answer, compare);
  }
  const [a, b] = [isRealSet(gold), isRealSet(answer)];
  const isSet = (node: MathNode): boolean => node.kind === "set" || node.kind === "named-set";
  if ((a && (b || isSet(answer))) || (b && isSet(gold))) {
    if (elementsOf(gold)?.kind === "set" && elementsOf(answer)?.kind === "set") return null;
    for (const [set, other] of [
      [gold, answer],
      [answer, gold],
    ] as const) {
      // A set of one pair is that pair.
      if (set.kind !== "set" || set.items.length !== 1 || other.kind !== "interval") continue;
      const [item] = set.items;
      if (item?.kind === "interval") return set === gold ? compare(item, other) : compare(other, item);
    }
    if ((gold.kind === "interval" && answer.kind === "set") || (gold.kind === "set" && answer.kind === "interval"))
      return differs("a set is no tuple or interval");
    return compareRealSets(gold, answer, budget) ?? compareBySides(gold, answer, compare) ?? UNREAD_SET;
  }
  return gold.kind === "named-set" || answer.kind === "named-set" ? differs("another set") : null;
}

type SetPair = Extract<MathNode, { kind: "union" | "intersection" | "difference" }>;

function isSetPair(node: MathNode): node is SetPair {
  return node.kind === "union" || node.kind === "intersection" || node.kind === "difference";
}

function compareBySides(gold: MathNode, answer: MathNode, compare: Comparer["compare"]): Comparison | null {
  if (!isSetPair(gold) || !isSetPair(answer) || gold.kind !== answer.kind) return null;
  const left = compare(gold.left, answer.left);
  return left.is === "same" ? compare(gold.right, answer.right) : UNREAD_SET;
}

function compareMatrices(gold: MathNode, answer: MathNode, { budget, compare }: Comparer): Comparison | null {
  if (!holdsMatrix(gold) && !holdsMatrix(answer)) return null;
  const [a, b] = [gold, answer].map((node) => matrixOf(node, budget) ?? rowsInBrackets(node));
  if (a === null || a === undefined || b === null || b === undefined) return null;
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) return differs("a matrix of another shape");
  for (const [i, row] of a.entries()) {
    for (const [j, element] of row.entries()) {
      const found = compare(element, b[i]![j]!);
      if (found.is !== "same") return found.is === "differs" ? differs("another element of the matrix") : found;
    }
  }
  return SAME;
}

function compareCollections(gold: MathNode, answer: MathNode, comparer: Comparer): Comparison | null {
  const [a, b] = [elementsOf(gold), elementsOf(answer)];
  if (a === null && b === null) return null;
  if (a !== null && b !== null) return compareElements(a, b, comparer);
  const single = a === null ? gold : answer;
  const many = (a ?? b)!;
  // A set of one is its element; a pair or several values are not.
  if (many.items.length !== 1 || many.kind === "tuple") return differs("several values and one");
  return a === null ? comparer.compare(single, many.items[0]!) : comparer.compare(many.items[0]!, single);
}

function comparePlain(gold: MathNode, answer: MathNode, { budget }: Comparer): Comparison {
  if (gold.kind === "text") return differs("other words");
  if (answer.kind === "text") return unknown("words where a value is expected");
  const partsOf = (node: MathNode): number => (node.kind === "ratio" ? node.parts.length : 2);
  if (partsOf(gold) !== partsOf(answer)) return differs("a ratio of other parts");
  if (gold.kind === "ratio" && answer.kind === "ratio" && gold.parts.length > 2)
    return compareRatios(gold.parts, answer.parts, budget);
  if (!isExpression(gold) || !isExpression(answer)) return differs(`a ${answer.kind} where a ${gold.kind} is expected`);
  return compareScalars(gold, answer, budget);
}

function compareRatios(gold: readonly MathNode[], answer: readonly MathNode[], budget: Budget): Comparison {
  for (const index of gold.keys()) {
    if (index === 0) continue;
    const [a, b] = [gold, answer].map((parts): MathNode => ({
      kind: "quotient",
      over: parts[0]!,
      under: parts[index]!,
    }));
    const found = compareScalars(a!, b!, budget);
    if (found.is !== "same") return found;
  }
  return SAME;
}

function isExpression({ kind }: MathNode): boolean {
  return ![
    "list",
    "tuple",
    "set",
    "interval",
    "union",
    "intersection",
    "difference",
    "named-set",
    "matrix",
    "relation",
    "text",
  ].includes(kind);
}
