import { Unreadable, MOST_TERMS, type Budget } from "./limits.ts";
import type { MathNode } from "./node.ts";
import {
  addRational,
  compareRational,
  divideRational,
  exactRoot,
  integerPower,
  multiplyRational,
  negateRational,
  ONE,
  rational,
  NOUGHT,
  type Rational,
} from "./rational.ts";

/** Values of the variables that a sum runs over. */
type Variables = ReadonlyMap<string, Rational>;

const HUNDRED = rational(100n);
const LARGEST_FACTORIAL = 1000n;

/**
 * The value of a node as a fraction; null where it is none, or not one that is found without computing with reals.
 *
 * @throws Unreadable where it is too large, or not defined
 */
export function exactValue(node: MathNode, budget: Budget, variables: Variables = new Map()): Rational | null {
  budget.spend();
  const value = (part: MathNode): Rational | null => exactValue(part, budget, variables);
  if (node.kind === "number") return node.value;
  if (node.kind === "symbol") return variables.get(node.name) ?? null;
  if (node.kind === "constant") return variables.get(node.name) ?? null;
  if (node.kind === "sum") return folded(node.terms.map(value), addRational);
  if (node.kind === "product") return folded(node.factors.map(value), multiplyRational);
  if (node.kind === "quotient") return folded([value(node.over), value(node.under)], divideRational);
  if (node.kind === "negative") return folded([value(node.of)], (same) => same, negateRational);
  if (node.kind === "degrees") return value(node.of);
  if (node.kind === "percent") return folded([value(node.of), HUNDRED], divideRational);
  if (node.kind === "power") return exactPower(value(node.base), value(node.exponent));
  if (node.kind === "call") return exactCall(node.name, node.args.map(value));
  if (node.kind === "over-integers") return exactTotal(node, budget, variables);
  if (node.kind === "ratio") return node.parts.length === 2 ? folded(node.parts.map(value), divideRational) : null;
  return null;
}

function folded(
  values: readonly (Rational | null)[],
  join: (a: Rational, b: Rational) => Rational,
  last: (value: Rational) => Rational = (value) => value,
): Rational | null {
  let total: Rational | null = null;
  for (const value of values) {
    if (value === null) return null;
    total = total === null ? value : join(total, value);
  }
  return total === null ? null : last(total);
}

function exactPower(base: Rational | null, exponent: Rational | null): Rational | null {
  if (base === null || exponent === null) return null;
  if (base.over === 0n && exponent.over <= 0n) throw new Unreadable("zero to the power of zero, or of less");
  if (exponent.under === 1n) return integerPower(base, exponent.over);
  if (exponent.under > 64n) return null;
  const root = exactRoot(base, Number(exponent.under));
  return root === null ? null : integerPower(root, exponent.over);
}

function exactTotal(
  { total, variable, from, to, of }: Extract<MathNode, { kind: "over-integers" }>,
  budget: Budget,
  variables: Variables,
): Rational | null {
  const [first, last] = [exactValue(from, budget, variables), exactValue(to, budget, variables)];
  if (first === null || last === null || first.under !== 1n || last.under !== 1n) return null;
  if (last.over - first.over > BigInt(MOST_TERMS)) throw new Unreadable(`a ${total} of more than ${MOST_TERMS} terms`);
  let value: Rational = total === "sum" ? NOUGHT : ONE;
  for (let i = first.over; i <= last.over; i++) {
    budget.spend(1 + variables.size);
    const term = exactValue(of, budget, new Map([...variables, [variable, rational(i)]]));
    if (term === null) return null;
    value = total === "sum" ? addRational(value, term) : multiplyRational(value, term);
  }
  return value;
}

function exactCall(name: string, given: readonly (Rational | null)[]): Rational | null {
  if (given.includes(null)) return null;
  const args = given as readonly Rational[];
  const [a, b] = args;
  if (a === undefined) return null;
  switch (name) {
    case "root":
      return exactRoot(a, Number(b!.over));
    case "abs":
      return a.over < 0n ? negateRational(a) : a;
    case "floor":
      return rational(floorOf(a));
    case "ceil":
      return rational(-floorOf(negateRational(a)));
    case "factorial":
      return rational(factorial(a));
    case "binom":
      return b === undefined ? null : rational(binomial(a, b));
    case "max":
      return args.reduce((best, next) => (compareRational(best, next) >= 0 ? best : next));
    case "min":
      return args.reduce((best, next) => (compareRational(best, next) <= 0 ? best : next));
    case "gcd":
      return rational(args.map(wholeOf).reduce(commonDivisor));
    case "lcm":
      return rational(args.map(wholeOf).reduce((x, y) => (x === 0n || y === 0n ? 0n : (x / commonDivisor(x, y)) * y)));
    default:
      return null;
  }
}

function wholeOf({ over, under }: Rational): bigint {
  if (under !== 1n) throw new Unreadable("a whole number is needed");
  return over < 0n ? -over : over;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

function floorOf({ over, under }: Rational): bigint {
  const quotient = over / under;
  return over < 0n && quotient * under !== over ? quotient - 1n : quotient;
}

function factorial({ over, under }: Rational): bigint {
  if (under !== 1n || over < 0n) throw new Unreadable("a factorial of no whole number");
  if (over > LARGEST_FACTORIAL) throw new Unreadable(`a factorial of more than ${LARGEST_FACTORIAL}`);
  let value = 1n;
  for (let i = 2n; i <= over; i++) value *= i;
  return value;
}

function binomial(n: Rational, k: Rational): bigint {
  if (n.under !== 1n || k.under !== 1n || k.over < 0n || n.over < k.over)
    throw new Unreadable("a binomial of no whole numbers");
  if (n.over > 2n * LARGEST_FACTORIAL) throw new Unreadable(`a binomial of more than ${2n * LARGEST_FACTORIAL}`);
  const least = k.over < n.over - k.over ? k.over : n.over - k.over;
  let value = 1n;
  for (let i = 1n; i <= least; i++) value = (value * (n.over - least + i)) / i;
  return value;
}
