import { minus, over, plus, size, type Approximate } from "./complex.ts";
import { approximateValue, POINTS, rationalAt } from "./approximate-value.ts";
import { exactValue } from "./exact.ts";
import { Unreadable, type Budget } from "./limits.ts";
import { isSymbolic, partsOf, type MathNode } from "./node.ts";
import { compareRational, negateRational, roundedAt, terminates, toDouble, type Rational } from "./rational.ts";

/** What a comparison found; `unknown` is never counted as either. */
export type Comparison = { readonly is: "same" } | { readonly is: "differs" | "unknown"; readonly why: string };

export const SAME: Comparison = { is: "same" };
export const differs = (why: string): Comparison => ({ is: "differs", why });
export const unknown = (why: string): Comparison => ({ is: "unknown", why });

/** Decimals at which a decimal number may stand for one whose decimals don't end. */
const DECIMALS = 6;
/** Digits that such a decimal number must have, without the zeros at its beginning. */
const LEAST_DIGITS = 4;
/** A gold that was rounded to so many decimals accepts what rounds to it. */
const ROUNDED_FROM = 2;
/** Beyond it a double doesn't decide on a whole number. */
const LARGEST_INEXACT = 1e12;
/** Beyond it a double doesn't see a summand such as 1. */
const LARGEST_SYMBOLIC = 1e9;
/** Relative error above which two numbers can't be told apart. */
const LOOSEST = 1e-7;

/** Compares two expressions: by exact fractions, else at eight points in complex numbers. */
export function compareScalars(gold: MathNode, answer: MathNode, budget: Budget): Comparison {
  const [exactGold, exactAnswer] = [exactValue(gold, budget), exactValue(answer, budget)];
  if (exactGold !== null && exactAnswer !== null) {
    if (compareRational(exactGold, exactAnswer) === 0) return SAME;
    return roundsTo(gold, exactGold, answer, exactAnswer) ? SAME : differs("another number");
  }
  if (isSymbolic(gold) || isSymbolic(answer)) return probe(gold, answer, budget);
  return compareConstants(gold, answer, budget);
}

/** A decimal number as it was written, with its sign; null for anything else. */
function decimalOf(node: MathNode): { readonly value: Rational; readonly decimals: number } | null {
  if (node.kind === "number" && node.decimals !== null) return { value: node.value, decimals: node.decimals };
  if (node.kind !== "negative") return null;
  const inner = decimalOf(node.of);
  return inner === null ? null : { ...inner, value: negateRational(inner.value) };
}

function roundsTo(gold: MathNode, exactGold: Rational, answer: MathNode, exactAnswer: Rational): boolean {
  const [goldDecimal, answerDecimal] = [decimalOf(gold), decimalOf(answer)];
  if (goldDecimal !== null && goldDecimal.decimals >= ROUNDED_FROM) {
    const finer = answerDecimal === null || answerDecimal.decimals > goldDecimal.decimals;
    if (finer && hasDigits(goldDecimal.value, goldDecimal.decimals, 1))
      return roundedAt(exactAnswer, goldDecimal.decimals) === roundedAt(exactGold, goldDecimal.decimals);
  }
  if (terminates(exactGold) || answerDecimal === null || answerDecimal.decimals < DECIMALS) return false;
  if (!hasDigits(exactAnswer, DECIMALS, LEAST_DIGITS)) return false;
  return roundedAt(exactGold, DECIMALS) === roundedAt(exactAnswer, DECIMALS);
}

/** Whether a number has so many digits that count at a number of decimals. */
function hasDigits(value: Rational, decimals: number, digits: number): boolean {
  const scaled = roundedAt(value, decimals);
  return (scaled < 0n ? -scaled : scaled) >= 10n ** BigInt(digits - 1);
}

function compareConstants(gold: MathNode, answer: MathNode, budget: Budget): Comparison {
  const [a, b] = [infinityOf(gold), infinityOf(answer)];
  if (a !== 0 || b !== 0) return a === b ? SAME : differs("infinite, and not the same");
  const [goldValue, answerValue] = [gold, answer].map((node) => approximateValue(node, { index: 0, budget })) as [
    Approximate,
    Approximate,
  ];
  if (!isFinite(goldValue) || !isFinite(answerValue)) return unknown("a number that is too large, or not defined");
  const rounded = roundedConstant(gold, goldValue, answer, answerValue);
  if (rounded) return SAME;
  const near = nearness(goldValue, answerValue);
  const largest = Math.max(size(goldValue), size(answerValue));
  if (near === true && largest > LARGEST_INEXACT) return unknown("too large to compare inexactly");
  if (near === null) return unknown("not exact enough to compare");
  return near ? SAME : differs("another number");
}

function infinityOf(node: MathNode): number {
  if (node.kind === "constant") return node.name === "infinity" ? 1 : 0;
  return node.kind === "negative" ? -infinityOf(node.of) : 0;
}

/** A decimal number beside one that is no fraction. */
function roundedConstant(gold: MathNode, goldValue: Approximate, answer: MathNode, answerValue: Approximate): boolean {
  const [goldDecimal, answerDecimal] = [decimalOf(gold), decimalOf(answer)];
  const apart = size(plus(goldValue, minus(answerValue)));
  if (goldDecimal !== null && goldDecimal.decimals >= ROUNDED_FROM && answerDecimal === null)
    return hasDigits(goldDecimal.value, goldDecimal.decimals, 1) && apart <= 0.5 * 10 ** -goldDecimal.decimals;
  if (answerDecimal === null || answerDecimal.decimals < DECIMALS || goldDecimal !== null) return false;
  return hasDigits(answerDecimal.value, DECIMALS, LEAST_DIGITS) && apart <= 0.5 * 10 ** -DECIMALS;
}

function isFinite(value: Approximate): boolean {
  return Number.isFinite(value.re) && Number.isFinite(value.im) && Number.isFinite(value.error);
}

/** Whether two values are equal within their errors; null where these are too large to say so. */
export function nearness(a: Approximate, b: Approximate): boolean | null {
  const apart = size(plus(a, minus(b)));
  const error = 8 * (a.error + b.error);
  const largest = Math.max(size(a), size(b));
  if (apart > error + 1e-13 * largest) return apart > 4 * error || apart > 1e-6 * largest ? false : null;
  if (error <= LOOSEST * largest) return true;
  // Both are nothing but their own rounding errors: zero, as sin^2 + cos^2 - 1 is.
  return error <= 1e-12 && size(a) <= 8 * a.error && size(b) <= 8 * b.error ? true : null;
}

function namesIn(node: MathNode): readonly string[] {
  return node.kind === "symbol" ? [node.name] : partsOf(node).flatMap(namesIn);
}

/** Whether two expressions are equal at a point, as fractions; null where one of them has no fraction there. */
function sameExactly(
  gold: MathNode,
  answer: MathNode,
  names: ReadonlyMap<string, Rational>,
  budget: Budget,
): boolean | null {
  try {
    const [a, b] = [exactValue(gold, budget, names), exactValue(answer, budget, names)];
    return a === null || b === null ? null : compareRational(a, b) === 0;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Compares at points: four positive ones, four of mixed sign. */
function probe(gold: MathNode, answer: MathNode, budget: Budget): Comparison {
  const names = new Set([...namesIn(gold), ...namesIn(answer)]);
  let rationals = true;
  const found = Array.from({ length: POINTS }, (_, index) => {
    const exactly = !rationals
      ? null
      : sameExactly(gold, answer, new Map([...names].map((name) => [name, rationalAt(name, index)])), budget);
    if (exactly !== null) return exactly;
    rationals = false;
    const [a, b] = [gold, answer].map((node) => approximateValue(node, { index, budget })) as [
      Approximate,
      Approximate,
    ];
    if (!isFinite(a) || !isFinite(b)) return null;
    const near = nearness(a, b);
    return near === true && size(a) > LARGEST_SYMBOLIC ? null : near;
  });
  const half = POINTS / 2;
  const positive = found.slice(0, half);
  if (positive.includes(false)) return differs("another expression");
  if (positive.filter((same) => same === true).length < 2) return unknown("it can't be evaluated at enough points");
  if (found.includes(false)) return unknown("equal for positive values only");
  if (found.filter((same) => same === true).length < 3) return unknown("it can't be evaluated at enough points");
  return SAME;
}

/**
 * The constant that one expression is of another: `positive` or `negative`; null where they are not in one proportion.
 *
 * @throws Unreadable
 */
export function proportion(a: MathNode, b: MathNode, budget: Budget): "positive" | "negative" | null {
  let first: Approximate | null = null;
  let counted = 0;
  for (let index = 0; index < POINTS; index++) {
    const [x, y] = [a, b].map((node) => approximateValue(node, { index, budget })) as [Approximate, Approximate];
    const ratio = over(x, y);
    if (!isFinite(ratio) || size(ratio) < 1e-12) continue;
    if (Math.abs(ratio.im) > 8 * ratio.error + 1e-12 * size(ratio)) return null;
    if (first === null) first = ratio;
    else if (nearness(first, ratio) !== true) return null;
    counted++;
  }
  if (first === null || counted < 4) throw new Unreadable("it can't be evaluated at enough points");
  return first.re > 0 ? "positive" : "negative";
}

/** The value of a real constant; null where it has none. */
export function realValue(node: MathNode, budget: Budget): number | null {
  const infinite = infinityOf(node);
  if (infinite !== 0) return infinite * Number.POSITIVE_INFINITY;
  if (isSymbolic(node)) return null;
  const exact = exactValue(node, budget);
  if (exact !== null) return toDouble(exact);
  const value = approximateValue(node, { index: 0, budget });
  return isFinite(value) && Math.abs(value.im) <= 8 * value.error + 1e-13 ? value.re : null;
}
