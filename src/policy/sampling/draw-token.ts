/** Which tokens may be drawn. */
export interface DrawOptions {
  /** Keep the k likeliest; 0 keeps all. */
  readonly topK: number;
  /**
   * Keep the likeliest that together reach this share (nucleus sampling, Holtzman et al. 2020, arXiv:1904.09751); 1
   * keeps all.
   */
  readonly topP: number;
  /** Take the likeliest. */
  readonly greedy: boolean;
}

/** Every token may be drawn, as likely as the model says. */
export const WHOLE_DISTRIBUTION: DrawOptions = { topK: 0, topP: 1, greedy: false };

/**
 * Draws a token from a row of probabilities with one uniform number.
 *
 * @param probabilities rows of `size` numbers; `row` says which
 * @param uniform from [0, 1)
 */
export function drawToken(
  probabilities: Float32Array,
  row: number,
  size: number,
  uniform: number,
  options: DrawOptions,
): number {
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

/**
 * The likeliest tokens of a row of probabilities with their log-probabilities, the likeliest first; of two that are as
 * likely, the one of the smaller id.
 */
export function likeliestTokens(
  probabilities: Float32Array,
  row: number,
  size: number,
  count: number,
): { readonly token: number; readonly logprob: number }[] {
  const best: number[] = [];
  const at = row * size;
  for (let token = 0; count > 0 && token < size; token++) {
    const probability = probabilities[at + token]!;
    if (best.length === count && !(probability > probabilities[at + best[count - 1]!]!)) continue;
    if (best.length === count) best.pop();
    let place = best.length;
    while (place > 0 && probability > probabilities[at + best[place - 1]!]!) place--;
    best.splice(place, 0, token);
  }
  return best.map((token) => ({ token, logprob: Math.fround(Math.log(probabilities[at + token]!)) }));
}

function likeliest(probabilities: Float32Array, start: number, size: number): number {
  let best = 0;
  for (let i = 1; i < size; i++) if (probabilities[start + i]! > probabilities[start + best]!) best = i;
  return best;
}

/** Few tokens of a large vocabulary are more likely than this, and they are nearly all of the mass. */
const UNLIKELY = 1e-4;

function drawFromNucleus(
  probabilities: Float32Array,
  start: number,
  size: number,
  uniform: number,
  options: DrawOptions,
): number {
  const row = probabilities.subarray(start, start + size);
  const { kept, mass } = keepLikeliest(row, UNLIKELY, options) ?? keepLikeliest(row, 0, options)!;
  let left = uniform * mass;
  for (const token of kept) {
    left -= row[token]!;
    if (left < 0) return token;
  }
  return kept[0]!;
}

/**
 * The likeliest tokens that top-k and top-p keep, and their mass; undefined where some of them may be less likely than
 * `floor`, which is above 0.
 */
function keepLikeliest(
  row: Float32Array,
  floor: number,
  { topK, topP }: DrawOptions,
): { readonly kept: readonly number[]; readonly mass: number } | undefined {
  const order: number[] = [];
  for (let token = 0; token < row.length; token++) if (row[token]! >= floor) order.push(token);
  order.sort((a, b) => row[b]! - row[a]! || a - b);
  const kept: number[] = [];
  let mass = 0;
  for (const token of order) {
    if ((topK > 0 && kept.length >= topK) || (kept.length > 0 && mass >= topP)) return { kept, mass };
    kept.push(token);
    mass += row[token]!;
  }
  return floor === 0 ? { kept, mass } : undefined;
}
