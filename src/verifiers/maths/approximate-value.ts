import { randomKey, splitKey, uniformAt } from "../../random.ts";
import {
  approximate,
  cosine,
  exponential,
  logarithm,
  minus,
  over,
  plus,
  raised,
  rootOfDegree,
  sine,
  size,
  times,
  wholePower,
  type Approximate,
} from "./complex.ts";
import { exactValue } from "./exact.ts";
import { MOST_TERMS, Unreadable, type Budget } from "./limits.ts";
import type { MathNode } from "./node.ts";
import { rational, toDouble, type Rational } from "./rational.ts";

/** Points at which an expression is tried: the first half positive, the others of mixed sign. */
export const POINTS = 8;

/** Where an expression is evaluated. */
export interface EvaluationPoint {
  /** From 0 to POINTS - 1. */
  readonly index: number;
  readonly budget: Budget;
  /** Values of the variables that a sum runs over. */
  readonly variables?: ReadonlyMap<string, Approximate>;
  /** Inside of a trigonometric function, where degrees count. */
  readonly angle?: boolean;
}

const KEY = splitKey(randomKey(0), "maths point");
const CONSTANTS = { pi: Math.PI, e: Math.E } as const;
const ANGLES = /^(sin|cos|tan|cot|sec|csc)$/;

/** The value of a name at a point, a fraction of 997: from 0.3 to 2.5, negative at two of the points of mixed sign. */
export function rationalAt(name: string, index: number): Rational {
  const key = splitKey(KEY, name);
  const length = BigInt(300 + Math.floor(2200 * uniformAt(key, index)));
  const parity = uniformAt(key, 100) < 0.5 ? 0 : 1;
  const negative = index >= POINTS / 2 && (index + parity) % 2 === 0;
  return rational(negative ? -length : length, 997n);
}

/**
 * The value of an expression at a point, in complex numbers; not finite where it isn't defined there.
 *
 * @throws Unreadable for what has no value, and where it is too much to compute
 */
export function approximateValue(node: MathNode, point: EvaluationPoint): Approximate {
  point.budget.spend();
  const value = (part: MathNode): Approximate => approximateValue(part, point);
  if (node.kind === "number") return approximate(toDouble(node.value));
  if (node.kind === "symbol")
    return point.variables?.get(node.name) ?? approximate(toDouble(rationalAt(node.name, point.index)));
  if (node.kind === "constant") return constantAt(node.name, point);
  if (node.kind === "sum") return node.terms.map(value).reduce(plus);
  if (node.kind === "product") return node.factors.map(value).reduce(times);
  if (node.kind === "quotient") return over(value(node.over), value(node.under));
  if (node.kind === "negative") return minus(value(node.of));
  if (node.kind === "percent") return times(value(node.of), approximate(0.01));
  if (node.kind === "degrees")
    return point.angle === true ? times(value(node.of), approximate(Math.PI / 180)) : value(node.of);
  if (node.kind === "ratio") return node.parts.map(value).reduce(over);
  if (node.kind === "power") return powerAt(node.base, node.exponent, point);
  if (node.kind === "call") return callAt(node, point);
  if (node.kind === "unknown-call") return unknownAt(node.name, node.args.map(value));
  if (node.kind === "over-integers") return totalAt(node, point);
  throw new Unreadable(`a ${node.kind} where a number is expected`);
}

function constantAt(name: "pi" | "e" | "i" | "infinity", point: EvaluationPoint): Approximate {
  const bound = point.variables?.get(name);
  if (bound !== undefined) return bound;
  if (name === "i") return { re: 0, im: 1, error: 0 };
  return approximate(name === "infinity" ? Number.POSITIVE_INFINITY : CONSTANTS[name]);
}

function powerAt(base: MathNode, exponent: MathNode, point: EvaluationPoint): Approximate {
  const low = approximateValue(base, point);
  const high = exactValue(exponent, point.budget);
  if (high === null) return raised(low, approximateValue(exponent, { ...point, angle: false }));
  if (low.re === 0 && low.im === 0 && high.over <= 0n) return approximate(Number.NaN);
  if (high.under === 1n && high.over >= -2000n && high.over <= 2000n) return wholePower(low, Number(high.over));
  if (high.under > 1n && high.under < 65n && high.over >= -2000n && high.over <= 2000n)
    return wholePower(rootOfDegree(low, Number(high.under)), Number(high.over));
  return raised(low, approximate(toDouble(high)));
}

function totalAt(node: Extract<MathNode, { kind: "over-integers" }>, point: EvaluationPoint): Approximate {
  const [first, last] = [exactValue(node.from, point.budget), exactValue(node.to, point.budget)];
  if (first === null || last === null || first.under !== 1n || last.under !== 1n)
    throw new Unreadable(`a ${node.total} without whole bounds`);
  if (last.over - first.over > BigInt(MOST_TERMS))
    throw new Unreadable(`a ${node.total} of more than ${MOST_TERMS} terms`);
  let total = approximate(node.total === "sum" ? 0 : 1);
  for (let i = Number(first.over); i <= Number(last.over); i++) {
    const variables = new Map([...(point.variables ?? []), [node.variable, approximate(i)] as const]);
    const term = approximateValue(node.of, { ...point, variables });
    total = node.total === "sum" ? plus(total, term) : times(total, term);
  }
  return total;
}

/** A function that nobody knows: some value that depends on its name and its arguments, and on nothing else. */
function unknownAt(name: string, args: readonly Approximate[]): Approximate {
  if (args.some((value) => !Number.isFinite(size(value)) || value.error > 1e-10 * Math.max(1, size(value))))
    throw new Unreadable(`an argument of ${name} isn't known well enough`);
  const rounded = args.map(({ re, im }) => `${shortened(re)},${shortened(im)}`).join(";");
  return approximate(0.3 + 2.2 * uniformAt(splitKey(KEY, "function", name, rounded), 0));
}

function shortened(value: number): string {
  return Math.abs(value) < 1e-9 ? "0" : value.toPrecision(8);
}

function callAt({ name, args }: Extract<MathNode, { kind: "call" }>, point: EvaluationPoint): Approximate {
  const inside = { ...point, angle: ANGLES.test(name) };
  const values = args.map((part) => approximateValue(part, inside));
  const [a, b] = values as [Approximate, Approximate?];
  switch (name) {
    case "root":
      return rootOfDegree(a, b!.re);
    case "abs":
      return approximate(size(a), 0, a.error);
    case "sin":
      return sine(a);
    case "cos":
      return cosine(a);
    case "tan":
      return over(sine(a), cosine(a));
    case "cot":
      return over(cosine(a), sine(a));
    case "sec":
      return over(approximate(1), cosine(a));
    case "csc":
      return over(approximate(1), sine(a));
    case "sinh":
      return over(plus(exponential(a), minus(exponential(minus(a)))), approximate(2));
    case "cosh":
      return over(plus(exponential(a), exponential(minus(a))), approximate(2));
    case "tanh":
      return over(
        callAt({ kind: "call", name: "sinh", args }, point),
        callAt({ kind: "call", name: "cosh", args }, point),
      );
    case "exp":
      return exponential(a);
    case "ln":
      return logarithm(a);
    case "lg":
      return over(logarithm(a), approximate(Math.LN10));
    case "log":
      return b === undefined ? logarithm(a) : over(logarithm(a), logarithm(b));
    default:
      return realCallAt(name, values, args, point);
  }
}

/** Functions that are computed for real numbers alone. */
function realCallAt(
  name: string,
  values: readonly Approximate[],
  args: readonly MathNode[],
  point: EvaluationPoint,
): Approximate {
  const exact = exactValue({ kind: "call", name, args }, point.budget);
  if (exact !== null) return approximate(toDouble(exact));
  if (values.some(({ re, im }) => im !== 0 || !Number.isFinite(re))) return approximate(Number.NaN);
  const a = values[0]!;
  const real = values.map(({ re }) => re);
  switch (name) {
    case "arcsin":
    case "arccos":
      return bent(name === "arcsin" ? Math.asin : Math.acos, a, 1 / Math.sqrt(Math.max(1e-12, 1 - a.re * a.re)));
    case "arctan":
      return bent(Math.atan, a, 1);
    case "arccot":
      return bent((x) => Math.PI / 2 - Math.atan(x), a, 1);
    case "arcsinh":
      return bent(Math.asinh, a, 1);
    case "arctanh":
      return bent(Math.atanh, a, 1 / Math.max(1e-12, 1 - a.re * a.re));
    case "max":
      return values.find(({ re }) => re === Math.max(...real))!;
    case "min":
      return values.find(({ re }) => re === Math.min(...real))!;
    case "sgn":
    case "sign":
      return Math.abs(a.re) <= 4 * a.error && a.re !== 0 ? approximate(Number.NaN) : approximate(Math.sign(a.re));
    case "floor":
    case "ceil": {
      const near = Math.abs(a.re - Math.round(a.re)) <= 8 * a.error;
      if (near) return approximate(Number.NaN);
      return approximate(name === "floor" ? Math.floor(a.re) : Math.ceil(a.re));
    }
    case "factorial":
      return gamma(a, 1);
    case "binom":
      return binomialAt(values);
    // What isn't computed is some function: equal where its arguments are.
    default:
      return unknownAt(name, values);
  }
}

function binomialAt([n, k]: readonly Approximate[]): Approximate {
  if (n === undefined || k === undefined) throw new Unreadable("a binomial of one number");
  return over(gamma(n, 1), times(gamma(k, 1), gamma(plus(n, minus(k)), 1)));
}

const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
] as const;

/** Gamma(x + shift) for a real x (Lanczos 1964, g = 7; exact to some 14 digits). */
function gamma({ re, error }: Approximate, shift: number): Approximate {
  const x = re + shift;
  if (x < 0.5) {
    const mirrored = gamma(approximate(1 - x, 0, error), 0);
    return over(approximate(Math.PI / Math.sin(Math.PI * x), 0, 1e-14), mirrored);
  }
  const base = x + 6.5;
  let series: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) series += LANCZOS[i]! / (x + i - 1);
  const value = Math.sqrt(2 * Math.PI) * base ** (x - 0.5) * Math.exp(-base) * series;
  return approximate(value, 0, Math.abs(value) * (2e-14 + 4 * error));
}

function bent(of: (value: number) => number, { re, error }: Approximate, slope: number): Approximate {
  return approximate(of(re), 0, error * slope + 3e-16);
}
