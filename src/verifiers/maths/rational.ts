import { MOST_BITS, Unreadable } from "./limits.ts";

/** An exact fraction in lowest terms; `under` is positive. */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

export const NOUGHT: Rational = { over: 0n, under: 1n };
export const ONE: Rational = { over: 1n, under: 1n };

/** Bits of a number, within four. */
function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** @throws Unreadable for a division by zero, and for numbers of too many digits */
export function rational(over: bigint, under: bigint = 1n): Rational {
  if (under === 0n) throw new Unreadable("a division by zero");
  if (under === 1n) return bounded({ over, under });
  const divisor = greatestDivisor(over, under) * (under < 0n ? -1n : 1n);
  return bounded({ over: over / divisor, under: under / divisor });
}

function bounded(value: Rational): Rational {
  if (bitsOf(value.over) > MOST_BITS + 8 || bitsOf(value.under) > MOST_BITS + 8)
    throw new Unreadable("a number of too many digits");
  return value;
}

export function addRational(a: Rational, b: Rational): Rational {
  return rational(a.over * b.under + b.over * a.under, a.under * b.under);
}

export function multiplyRational(a: Rational, b: Rational): Rational {
  return rational(a.over * b.over, a.under * b.under);
}

export function divideRational(a: Rational, b: Rational): Rational {
  return rational(a.over * b.under, a.under * b.over);
}

export function negateRational(a: Rational): Rational {
  return { over: -a.over, under: a.under };
}

/** -1, 0 or 1. */
export function compareRational(a: Rational, b: Rational): number {
  const difference = a.over * b.under - b.over * a.under;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** An integer power; the size of the result is known before it is computed. @throws Unreadable */
export function integerPower(base: Rational, exponent: bigint): Rational {
  if (exponent < 0n) return integerPower(divideRational(ONE, base), -exponent);
  if (exponent === 0n) return ONE;
  const { over, under } = base;
  if (under === 1n && (over === 0n || over === 1n)) return base;
  if (under === 1n && over === -1n) return exponent % 2n === 0n ? ONE : base;
  const bits = Math.max(bitsOf(over), bitsOf(under));
  if (exponent > BigInt(MOST_BITS) || bits * Number(exponent) > MOST_BITS)
    throw new Unreadable("a power of too many digits");
  return { over: over ** exponent, under: under ** exponent };
}

/** The largest whole number whose power is at most the value, which is not negative (Newton). */
function wholeRoot(value: bigint, degree: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << (BigInt(bitsOf(value)) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree;
    if (next >= root) return root;
    root = next;
  }
}

/** The real root of a number where it is exact; null where it isn't, or isn't real. */
export function exactRoot(value: Rational, degree: number): Rational | null {
  if (degree < 2 || degree > 64 || bitsOf(value.over) > 4096 || bitsOf(value.under) > 4096) return null;
  const negative = value.over < 0n;
  if (negative && degree % 2 === 0) return null;
  const size = negative ? -value.over : value.over;
  const power = BigInt(degree);
  const [over, under] = [wholeRoot(size, power), wholeRoot(value.under, power)];
  if (over ** power !== size || under ** power !== value.under) return null;
  return { over: negative ? -over : over, under };
}

/** The nearest double; infinite where there is none. */
export function toDouble({ over, under }: Rational): number {
  const shift = Math.max(0, Math.max(bitsOf(over), bitsOf(under)) - 1000);
  if (shift === 0) {
    const quotient = Number(over) / Number(under);
    if (Number.isFinite(quotient) && Math.abs(quotient) > 1e-300) return quotient;
  }
  // Scaled so that 70 bits of the quotient remain whatever the sizes.
  const scale = BigInt(bitsOf(under) - bitsOf(over) + 70);
  const scaled = scale >= 0n ? (over << scale) / under : over / (under << -scale);
  return Number(scaled) * 2 ** -Number(scale);
}

/** Whether the decimals of a fraction end: its denominator has no prime factors but 2 and 5. */
export function terminates({ under }: Rational): boolean {
  let rest = under;
  for (const prime of [2n, 5n]) while (rest % prime === 0n && rest > 1n) rest /= prime;
  return rest === 1n;
}

/** The whole number nearest to a fraction times 10^decimals, halves away from zero. */
export function roundedAt({ over, under }: Rational, decimals: number): bigint {
  const scaled = over * 10n ** BigInt(decimals);
  const size = scaled < 0n ? -scaled : scaled;
  const rounded = (2n * size + under) / (2n * under);
  return scaled < 0n ? -rounded : rounded;
}

/** A decimal such as `12.50` or `1.5e-3`. @throws Unreadable */
export function decimalFraction(whole: string, part: string, exponent: number = 0): Rational {
  const digits = rational(BigInt(`${whole}${part}` || "0"));
  const shift = exponent - part.length;
  return multiplyRational(digits, integerPower(rational(10n), BigInt(shift)));
}

/** A number as it is written, `12`, `.5`, `1e-3`. @throws Unreadable where it has too many digits */
export function decimalNumber(text: string): Rational {
  const [, whole = "", part = "", exponent] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  return decimalFraction(whole, part, exponent === undefined ? 0 : Number(exponent));
}

/** A fraction as a person writes it: `5`, `0.25`, `1/3`. */
export function rationalText(value: Rational): string {
  const { over, under } = value;
  if (under === 1n) return String(over);
  for (let decimals = 1; decimals <= 12 && terminates(value); decimals++) {
    const scaled = over * 10n ** BigInt(decimals);
    if (scaled % under !== 0n) continue;
    const digits = String((scaled < 0n ? -scaled : scaled) / under).padStart(decimals + 1, "0");
    return `${over < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  }
  return `${over}/${under}`;
}
