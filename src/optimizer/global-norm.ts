/** The Euclidean norm of all gradients together, summed in double precision. */
export function globalNorm(gradients: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < gradients.length; i++) sum += gradients[i]! * gradients[i]!;
  return Math.sqrt(sum);
}

/**
 * The factor that brings a gradient of this norm down to `limit`, or 1; a limit of 0 is none. Pascanu et al. 2013,
 * arXiv:1211.5063.
 */
export function clipFactor(norm: number, limit: number): number {
  return limit > 0 && norm > limit ? limit / norm : 1;
}
