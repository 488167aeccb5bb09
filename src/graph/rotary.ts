import { fixedSize, type Tensor } from "./tensor.ts";

/** How a model was stretched beyond the positions that it was first trained on. */
export type RopeScaling =
  | { readonly kind: "linear"; readonly factor: number }
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    };

/**
 * By what each of the headDim / 2 frequencies is divided, shape [headDim / 2].
 *
 *   linear: factor                                              Chen et al. 2023, arXiv:2306.15595
 *   llama3: 1 where a wave is shorter than originalPositions / highFrequencyFactor, factor where it is longer than
 *           originalPositions / lowFrequencyFactor, 1 / ((1 - s) / factor + s) between, s from 0 to 1 by inverse length
 *           (transformers, modeling_rope_utils.py)
 */
export function ropeFactors(headDim: number, theta: number, scaling: RopeScaling): Float32Array {
  if (scaling.kind === "linear") return new Float32Array(headDim / 2).fill(scaling.factor);
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const waves = originalPositions / (2 * Math.PI * theta ** ((2 * i) / headDim));
    const share = Math.min(1, Math.max(0, (waves - low) / (high - low)));
    return 1 / ((1 - share) / factor + share);
  });
}

/** Tables of cosines and sines for `rotary`: each [positions, headDim / 2]. Su et al. 2021, arXiv:2104.09864. */
export function rotaryTables(
  positions: number,
  headDim: number,
  theta: number,
  scaling?: RopeScaling,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const half = headDim / 2;
  const factors = scaling === undefined ? undefined : ropeFactors(headDim, theta, scaling);
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      // transformers computes frequencies and angles in float32; so do we, for parity.
      const frequency = Math.fround(Math.fround(1 / Math.fround(theta ** ((2 * i) / headDim))) / (factors?.[i] ?? 1));
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The angles' cosines and sines, and the sines of the opposite rotation: tables [positions, headDim / 2]. */
export interface RotaryTensors {
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly minusSin: Tensor;
}

/**
 * Rotates the two halves of every head by its position's angles. A rotation's gradient is the opposite rotation.
 *
 * @param x [batch, time, heads * headDim]
 * @param positions int64 [batch, time]
 */
export function rotary(x: Tensor, positions: Tensor, { cos, sin, minusSin }: RotaryTensors): Tensor {
  // The head size is read from the tables: headDim = 2 * the tables' last axis.
  fixedSize(cos, 1);
  return x.graph.emitOne(
    {
      operator: "RotaryEmbedding",
      domain: "com.microsoft",
      inputs: [x, positions, cos, sin],
      shape: x.shape,
      attributes: { interleaved: 0 },
    },
    () =>
      ([gradient]) => [gradient && rotary(gradient, positions, { cos, sin: minusSin, minusSin: sin })],
  );
}
