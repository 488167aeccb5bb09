/** A complex number with a bound of its rounding errors. */
export interface Approximate {
  readonly re: number;
  readonly im: number;
  readonly error: number;
}

const EPSILON = 2.3e-16;

export function approximate(re: number, im: number = 0, error: number = 0): Approximate {
  // A negative zero would turn the branch of a root.
  return { re, im: im + 0, error: error + EPSILON * Math.hypot(re, im) };
}

export function size({ re, im }: Approximate): number {
  return Math.hypot(re, im);
}

export function plus(a: Approximate, b: Approximate): Approximate {
  return approximate(a.re + b.re, a.im + b.im, a.error + b.error);
}

export function times(a: Approximate, b: Approximate): Approximate {
  const error = size(a) * b.error + size(b) * a.error + a.error * b.error;
  return approximate(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, error);
}

export function over(a: Approximate, b: Approximate): Approximate {
  const square = b.re * b.re + b.im * b.im;
  const length = Math.sqrt(square);
  if (length <= 4 * b.error) return approximate(Number.NaN);
  const re = (a.re * b.re + a.im * b.im) / square;
  const im = (a.im * b.re - a.re * b.im) / square;
  return approximate(re, im, a.error / length + (Math.hypot(re, im) * b.error) / length);
}

export function minus(a: Approximate): Approximate {
  return { re: -a.re, im: 0 - a.im, error: a.error };
}

export function exponential(a: Approximate): Approximate {
  const length = Math.exp(a.re);
  return approximate(length * Math.cos(a.im), length * Math.sin(a.im), length * (a.error + EPSILON * size(a)));
}

export function logarithm(a: Approximate): Approximate {
  const length = size(a);
  if (length <= 4 * a.error) return approximate(Number.NaN);
  return approximate(Math.log(length), Math.atan2(a.im, a.re), a.error / length + EPSILON);
}

/** The principal value of a^b. */
export function raised(a: Approximate, b: Approximate): Approximate {
  if (a.re === 0 && a.im === 0) return b.re > 0 ? approximate(0) : approximate(Number.NaN);
  return exponential(times(b, logarithm(a)));
}

/** A whole power by squaring, which is exacter than by logarithms and keeps reals real. */
export function wholePower(base: Approximate, exponent: number): Approximate {
  if (exponent < 0) return over(approximate(1), wholePower(base, -exponent));
  let result: Approximate = { re: 1, im: 0, error: 0 };
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = times(result, square);
    square = times(square, square);
  }
  return result;
}

/** The real n-th root of a negative number for odd n, else the principal one. */
export function rootOfDegree(a: Approximate, degree: number): Approximate {
  const length = size(a);
  const relative = length === 0 ? 0 : a.error / length;
  if (a.im === 0 && (a.re >= 0 || degree % 2 === 1)) {
    const value = degree === 2 ? Math.sqrt(a.re) : Math.sign(a.re) * Math.abs(a.re) ** (1 / degree);
    return approximate(value, 0, Math.abs(value) * (relative / degree + EPSILON));
  }
  return raised(a, approximate(1 / degree));
}

export function sine(a: Approximate): Approximate {
  const grown = a.error * Math.cosh(a.im);
  return approximate(Math.sin(a.re) * Math.cosh(a.im), Math.cos(a.re) * Math.sinh(a.im), grown + EPSILON);
}

export function cosine(a: Approximate): Approximate {
  const grown = a.error * Math.cosh(a.im);
  return approximate(Math.cos(a.re) * Math.cosh(a.im), -Math.sin(a.re) * Math.sinh(a.im), grown + EPSILON);
}
