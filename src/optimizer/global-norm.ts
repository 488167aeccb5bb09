/** Gradients whose squares are summed in a row; then the sums are. So any number of threads gives one norm. */
export const NORM_BLOCK = 2 ** 20;

/** The Euclidean norm of all gradients together, summed in double precision. */
export function globalNorm(gradients: Float32Array): number {
  return normOfSquares(blockSquares(gradients, 0, Math.ceil(gradients.length / NORM_BLOCK)));
}

/** The sums of the squares of some blocks, `to` excluded. */
export function blockSquares(gradients: Float32Array, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, place) => {
    const start = (from + place) * NORM_BLOCK;
    const end = Math.min(start + NORM_BLOCK, gradients.length);
    let sum = 0;
    for (let i = start; i < end; i++) sum += gradients[i]! * gradients[i]!;
    return sum;
  });
}

/** @param squares of all blocks, in order */
export function normOfSquares(squares: readonly number[]): number {
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0));
}

/**
 * The factor that brings a gradient of this norm down to `limit`, or 1; a limit of 0 is none. Pascanu et al. 2013,
 * arXiv:1211.5063.
 */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 && norm > limit ? limit / norm : 1;
}
