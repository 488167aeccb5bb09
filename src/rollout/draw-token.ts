/** Which tokens may be drawn. */
export interface DrawOptions {
  /** Keep the k likeliest; 0 keeps all. */
  readonly topK: number;
  /** Keep the likeliest that together reach this share (nucleus sampling, Holtzman et al. 2020, arXiv:1904.09751); 1 keeps all. */
  readonly topP: number;
  /** Take the likeliest. */
  readonly greedy: boolean;
}

/**
 * Draws a token from a row of probabilities with one uniform number.
 *
 * @param probabilities rows of `size` numbers; `row` says which
 * @param uniform from [0, 1)
 */
export function drawToken(probabilities: Float32Array, row: number, size: number, uniform: number, options: DrawOptions): number {
  const start = row * size;
  if (options.greedy) return likeliest(probabilities, start, size);
  if (options.topK > 0 || options.topP < 1) return drawFromNucleus(probabilities, start, size, uniform, options);
  let left = uniform;
  for (let i = 0; i < size; i++) {
    left -= probabilities[start + i]!;
    if (left < 0) return i;
  }
  // The probabilities of a row add up to 1 only nearly; what is left over goes to the likeliest.
  return likeliest(probabilities, start, size);
}

function likeliest(probabilities: Float32Array, start: number, size: number): number {
  let best = 0;
  for (let i = 1; i < size; i++) if (probabilities[start + i]! > probabilities[start + best]!) best = i;
  return best;
}

function drawFromNucleus(probabilities: Float32Array, start: number, size: number, uniform: number, options: DrawOptions): number {
  const row = probabilities.subarray(start, start + size);
  const order = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
  const kept: number[] = [];
  let mass = 0;
  for (const token of order) {
    if (options.topK > 0 && kept.length >= options.topK) break;
    if (kept.length > 0 && mass >= options.topP) break;
    kept.push(token);
    mass += row[token]!;
  }
  let left = uniform * mass;
  for (const token of kept) {
    left -= row[token]!;
    if (left < 0) return token;
  }
  return kept[0]!;
}
