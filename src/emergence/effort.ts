import { mean, meanOrNull } from "../numbers/metrics.ts";

export const DIFFICULTY_BINS = 5;

/**
 * Mean length by difficulty, in five equal bins from easy to hard; null for a bin without completions. A difficulty
 * on a border belongs to the harder bin, 1 to the hardest.
 *
 * @param lengths in tokens, shape [n]
 * @param difficulties from 0 to 1, shape [n]
 */
export function lengthByDifficulty(lengths: readonly number[], difficulties: readonly number[]): (number | null)[] {
  const bins: number[][] = Array.from({ length: DIFFICULTY_BINS }, () => []);
  for (const [index, length] of lengths.entries()) {
    const difficulty = Math.min(1, Math.max(0, difficulties[index] as number));
    bins[Math.min(DIFFICULTY_BINS - 1, Math.floor(difficulty * DIFFICULTY_BINS))]?.push(length);
  }
  return bins.map(meanOrNull);
}

/**
 * Pearson's correlation of two series: sum(dx dy) / sqrt(sum(dx^2) sum(dy^2)), from -1 to 1; null where either doesn't
 * vary.
 *
 * @param xs, ys shape [n]
 */
export function pearson(xs: readonly number[], ys: readonly number[]): number | null {
  const varies = (values: readonly number[]): boolean => values.some((value) => value !== values[0]);
  if (!varies(xs) || !varies(ys)) return null;
  const meanX = mean(xs);
  const meanY = mean(ys);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (const [index, x] of xs.entries()) {
    const dx = x - meanX;
    const dy = (ys[index] as number) - meanY;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  const correlation = xy / Math.sqrt(xx * yy);
  return Number.isFinite(correlation) ? Math.min(1, Math.max(-1, correlation)) : null;
}
