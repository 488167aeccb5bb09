import { fixedSize, type Tensor } from "./tensor.ts";

/** Tables of cosines and sines for `rotary`: each [positions, headDim / 2]. Su et al. 2021, arXiv:2104.09864. */
export function rotaryTables(positions: number, headDim: number, theta: number): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      // transformers computes frequencies and angles in float32; so do we, for parity.
      const frequency = Math.fround(1 / Math.fround(theta ** ((2 * i) / headDim)));
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Rotates the two halves of every head by its position's angles. A rotation's gradient is the opposite rotation.
 *
 * @param x [batch, time, heads * headDim]
 * @param positions int64 [batch, time]
 * @param cos, sin tables [positions, headDim / 2]
 */
export function rotary(x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor, minusSin: Tensor): Tensor {
  // The head size is read from the tables: headDim = 2 * the tables' last axis.
  fixedSize(cos, 1);
  return x.graph.emitOne({ operator: "RotaryEmbedding", domain: "com.microsoft", inputs: [x, positions, cos, sin], shape: x.shape, attributes: { interleaved: 0 } }, () => ([gradient]) => [
    gradient && rotary(gradient, positions, cos, minusSin, sin),
  ]);
}
