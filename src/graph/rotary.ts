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
    }
  | {
      readonly kind: "yarn";
      readonly factor: number;
      /** Turns within the original positions, from which on a frequency stays and below which it is divided. */
      readonly fastTurns: number;
      readonly slowTurns: number;
      /** Whether the dimensions between them are whole numbers. */
      readonly truncated: boolean;
      /** On cosines and sines. */
      readonly attentionFactor: number;
      readonly originalPositions: number;
    }
  /** Frequencies follow the length beyond the model's positions; within them nothing changes. */
  | { readonly kind: "dynamic"; readonly factor: number };

/**
 * By what each of the headDim / 2 frequencies is divided, shape [headDim / 2].
 *
 *   linear: factor                                              Chen et al. 2023, arXiv:2306.15595
 *   llama3: 1 where a wave is shorter than originalPositions / highFrequencyFactor, factor where it is longer than
 *           originalPositions / lowFrequencyFactor, 1 / ((1 - s) / factor + s) between, s from 0 to 1 by inverse length
 *           (transformers, modeling_rope_utils.py)
 *   yarn:   1 for frequencies that turn more than fastTurns times within originalPositions, factor for those that turn
 *           less than slowTurns times, between as llama3 by the dimension       Peng et al. 2023, arXiv:2309.00071
 *   dynamic: 1
 */
export function ropeFactors(headDim: number, theta: number, scaling: RopeScaling): Float32Array {
  if (scaling.kind === "linear") return new Float32Array(headDim / 2).fill(scaling.factor);
  if (scaling.kind === "dynamic") return new Float32Array(headDim / 2).fill(1);
  if (scaling.kind === "yarn") return yarnFactors(headDim, theta, scaling);
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const waves = originalPositions / (2 * Math.PI * theta ** ((2 * i) / headDim));
    const share = Math.min(1, Math.max(0, (waves - low) / (high - low)));
    return 1 / ((1 - share) / factor + share);
  });
}

function yarnFactors(
  headDim: number,
  theta: number,
  { factor, fastTurns, slowTurns, truncated, originalPositions }: Extract<RopeScaling, { kind: "yarn" }>,
): Float32Array {
  const dimension = (turns: number): number =>
    (headDim * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [fast, slow] = [dimension(fastTurns), dimension(slowTurns)];
  const low = Math.max(truncated ? Math.floor(fast) : fast, 0);
  const high = Math.min(truncated ? Math.ceil(slow) : slow, headDim - 1);
  const width = low === high ? 0.001 : high - low;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const share = 1 - Math.min(1, Math.max(0, (i - low) / width));
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
  const scale = scaling?.kind === "yarn" ? scaling.attentionFactor : 1;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      // transformers computes frequencies and angles in float32; so do we, for parity.
      const frequency = Math.fround(Math.fround(1 / Math.fround(theta ** ((2 * i) / headDim))) / (factors?.[i] ?? 1));
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = scale * Math.cos(angle);
      sin[position * half + i] = scale * Math.sin(angle);
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
