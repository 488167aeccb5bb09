/**
 * What every figure needs to place its values: round ticks, scales, and colours that people with any kind of colour
 * vision can tell apart.
 */

/** Okabe and Ito's colours (2008), without yellow and black, which are lost on white or on dark paper. */
export const SERIES_COLOURS: readonly string[] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/**
 * Round numbers that enclose a range, equally far apart by 1, 2 or 5 times a power of ten.
 *
 * @param count about how many steps the range is cut into
 */
export function roundTicks(low: number, high: number, count: number = 5): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Where a value stands: `domain[0]` at `range[0]`, `domain[1]` at `range[1]`. A domain of one value stands at the
 * start.
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): (value: number) => number {
  const factor = (range[1] - range[0]) / (domain[1] - domain[0] || 1);
  return (value) => range[0] + (value - domain[0]) * factor;
}
