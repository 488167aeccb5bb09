/** Where weight decay applies: for each parameter its place in the flat array. */
export interface DecayRange {
  readonly offset: number;
  readonly size: number;
  readonly decay: boolean;
}

export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
}

/**
 * Where nobody says: a second moment that forgets within 20 steps, as in the training of language models (GPT-3,
 * arXiv:2005.14165, appendix B).
 */
export const ADAMW_DEFAULTS: Required<AdamWOptions> = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 };

/** One step of the optimizer. */
export interface AdamWStep {
  readonly learningRate: number;
  /** The gradient is multiplied by it before the moments see it (clipping). */
  readonly gradientScale: number;
  readonly ranges: readonly DecayRange[];
  readonly options?: AdamWOptions;
}

/** The moments of AdamW and the number of updates made: everything that a resumed run needs. */
export interface AdamWState {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  updates: number;
}

export function createAdamWState(size: number): AdamWState {
  return { firstMoment: new Float32Array(size), secondMoment: new Float32Array(size), updates: 0 };
}

/**
 * One update of AdamW, in place. Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2:
 *
 *   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,
 *   x = x - lr (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps) + decay x)
 *
 * @param parameters, gradients flat, same length
 */
export function adamWUpdate(
  parameters: Float32Array,
  gradients: Float32Array,
  state: AdamWState,
  { learningRate, gradientScale, ranges, options }: AdamWStep,
): void {
  const { beta1, beta2, epsilon, weightDecay } = { ...ADAMW_DEFAULTS, ...options };
  const { firstMoment, secondMoment } = state;
  state.updates++;
  const correction1 = 1 / (1 - beta1 ** state.updates);
  const correction2 = 1 / (1 - beta2 ** state.updates);
  for (const range of ranges) {
    const keep = 1 - (range.decay ? learningRate * weightDecay : 0);
    const end = range.offset + range.size;
    for (let i = range.offset; i < end; i++) {
      const gradient = gradients[i]! * gradientScale;
      const first = (firstMoment[i] = beta1 * firstMoment[i]! + (1 - beta1) * gradient);
      const second = (secondMoment[i] = beta2 * secondMoment[i]! + (1 - beta2) * gradient * gradient);
      parameters[i] =
        parameters[i]! * keep - (learningRate * first * correction1) / (Math.sqrt(second * correction2) + epsilon);
    }
  }
}
