/**
 * Counter-based randomness: every draw is a function of a key and a counter, never of what was drawn before.
 * A key is split by what the draw is for (step, problem, sample, ...), so that a result doesn't depend on the
 * order, the batch or the thread in which it was computed. The only source of randomness in the project.
 *
 * The block function is Threefry-2x32 with 20 rounds (Salmon et al., SC 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"), the generator that JAX uses for the same reason.
 */
export interface RandomKey {
  readonly high: number;
  readonly low: number;
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const out = new Uint32Array(2);

/** Threefry-2x32-20 of (counter0, counter1) under a key; leaves the two words in `out`. */
function threefry(key: RandomKey, counter0: number, counter1: number): void {
  // The three words of the key take turns: the second and the third of them are added after each block.
  let first = key.high;
  let second = key.low;
  let third = (0x1bd11bda ^ first ^ second) | 0;
  let x0 = (counter0 + first) | 0;
  let x1 = (counter1 + second) | 0;
  for (let block = 0; block < 5; block++) {
    for (let i = 0; i < 4; i++) {
      const rotation = ROTATIONS[((block & 1) << 2) + i] as number;
      x0 = (x0 + x1) | 0;
      x1 = (x1 << rotation) | (x1 >>> (32 - rotation));
      x1 ^= x0;
    }
    x0 = (x0 + second) | 0;
    x1 = (x1 + third + block + 1) | 0;
    const turned = first;
    first = second;
    second = third;
    third = turned;
  }
  out[0] = x0;
  out[1] = x1;
}

/** The key of a whole run. `seed` is a safe integer; its two halves become the key. */
export function randomKey(seed: number): RandomKey {
  return splitKey({ high: Math.floor(seed / 0x1_0000_0000) | 0, low: seed | 0 }, "aha");
}

/** A key of its own for each purpose: `splitKey(key, "rollout", step, problem, sample)`. */
export function splitKey(key: RandomKey, ...parts: readonly (number | string)[]): RandomKey {
  let current = key;
  for (const part of parts) {
    if (typeof part === "number") {
      threefry(current, part | 0, Math.floor(part / 0x1_0000_0000) | 0);
    } else {
      // A string is folded in by 32-bit words (FNV-1a), marked apart from numbers by the second counter word.
      let hash = 0x811c9dc5;
      for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
      threefry(current, hash, 0x5f3759df ^ part.length);
    }
    current = { high: out[0] as number, low: out[1] as number };
  }
  return current;
}

/** The `counter`-th uniform number of a key, in [0, 1), with 53 random bits. */
export function uniformAt(key: RandomKey, counter: number): number {
  threefry(key, counter | 0, 0x3c6ef372);
  return (((out[0] as number) >>> 5) * 67_108_864 + ((out[1] as number) >>> 6)) / 9_007_199_254_740_992;
}

/** Draws in a row from one key. Its whole state is the key and `counter`. */
export class RandomStream {
  constructor(
    private readonly key: RandomKey,
    public counter: number = 0,
  ) {}

  /** The next uniform number in [0, 1). */
  next(): number {
    return uniformAt(this.key, this.counter++);
  }

  /** A whole number from 0 to `bound` - 1. */
  integer(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A normally distributed number, mean 0, variance 1 (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** An index drawn in proportion to non-negative weights of which one at least is positive. */
  weighted(weights: readonly number[]): number {
    let total = 0;
    for (const weight of weights) total += weight;
    let left = this.next() * total;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] as number;
      if (left < 0) return i;
    }
    return weights.findLastIndex((weight) => weight > 0);
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }
}
