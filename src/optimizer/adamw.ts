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

/** The moments of AdamW and the number of updates made: everything that a resumed run needs. */
export interface AdamWState {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  updates: number;
}

/** What one update is made with. */
export interface AdamWUpdate extends AdamWOptions {
  readonly learningRate: number;
  /** The gradient is multiplied by it: what clipping leaves; 1 where absent. */
  readonly gradientScale?: number;
  readonly ranges: readonly DecayRange[];
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
  update: AdamWUpdate,
): void {
  const { learningRate, gradientScale = 1, ranges } = update;
  const { beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weightDecay = 0 } = update;
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
