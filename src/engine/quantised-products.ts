import type { ConstantSpec, ModelSpec, NodeSpec } from "./model-proto.ts";
import { withoutUnread } from "./unread-nodes.ts";

/** Bits of a quantised weight. */
export type QuantisedBits = 4 | 8;

/** Rows of a weight that share a scale. */
export const QUANTISED_BLOCK = 32;

/**
 * The weight of a linear layer in few bits, as ONNX Runtime's `MatMulNBits` reads it (ContribOperators.md): of each
 * column, blocks of `QUANTISED_BLOCK` rows, each number a whole one from the block's middle times the block's scale.
 */
export interface QuantisedWeight {
  /** [out, blocks, QUANTISED_BLOCK * bits / 8]; of 4 bits, the earlier row in the lower half of a byte. */
  readonly numbers: Uint8Array;
  /** [out, blocks]. */
  readonly scales: Float32Array;
}

/**
 * Rounds a weight [in, out] to few bits, symmetrically: a block's number that is farthest from 0 becomes the lowest
 * whole number, -2^(bits - 1), exactly, and the others are rounded on that scale.
 */
export function quantiseWeight(
  weight: Float32Array,
  [inner, outer]: readonly [number, number],
  bits: QuantisedBits,
): QuantisedWeight {
  const blocks = Math.ceil(inner / QUANTISED_BLOCK);
  const middle = 2 ** (bits - 1);
  const perByte = 8 / bits;
  const blockBytes = QUANTISED_BLOCK / perByte;
  // Rows that only fill a last block up are 0.
  const numbers = new Uint8Array(outer * blocks * blockBytes).fill(bits === 4 ? 0x88 : middle);
  const scales = new Float32Array(outer * blocks);
  for (let column = 0; column < outer; column++) {
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [block * QUANTISED_BLOCK, Math.min(inner, (block + 1) * QUANTISED_BLOCK)];
      let farthest = 0;
      for (let row = from; row < to; row++) {
        const value = weight[row * outer + column]!;
        if (Math.abs(value) > Math.abs(farthest)) farthest = value;
      }
      const at = column * blocks + block;
      const scale = Math.fround(farthest / -middle);
      scales[at] = scale;
      if (scale === 0) continue;
      for (let row = from; row < to; row++) {
        const whole = Math.min(2 * middle - 1, Math.max(0, Math.round(weight[row * outer + column]! / scale) + middle));
        const place = at * blockBytes + Math.floor((row - from) / perByte);
        if (bits === 8) numbers[place] = whole;
        else if ((row - from) % 2 === 0) numbers[place] = (numbers[place]! & 0xf0) | whole;
        else numbers[place] = (numbers[place]! & 0x0f) | (whole << 4);
      }
    }
  }
  return { numbers, scales };
}

/**
 * The same graph with the weights of linear layers in few bits, as constants. The products are of float32 with the
 * rounded weights.
 *
 * @param weights by the name under which a product reads them, [in, out] each: inputs, or constants
 */
export function withQuantisedProducts(
  model: ModelSpec,
  weights: ReadonlyMap<string, QuantisedWeight>,
  bits: QuantisedBits,
): ModelSpec {
  const shapes = new Map(
    [...model.inputs, ...model.constants].map(({ name, shape }) => [name, shape as readonly number[]]),
  );
  const constants = new Map<string, readonly ConstantSpec[]>();
  const nodes = model.nodes.map((node): NodeSpec => {
    const [x, name = ""] = node.inputs;
    const weight = weights.get(name);
    if (node.operator !== "MatMul" || weight === undefined) return node;
    const [inner, outer] = shapes.get(name) as readonly [number, number];
    const blocks = Math.ceil(inner / QUANTISED_BLOCK);
    const [numbers, scales] = [`${name} in ${bits} bits`, `${name} scales`];
    constants.set(name, [
      { name: numbers, type: "uint8", shape: [outer, blocks, (QUANTISED_BLOCK * bits) / 8], bytes: weight.numbers },
      { name: scales, type: "float32", shape: [outer * blocks], bytes: bytesOf(weight.scales) },
    ]);
    const attributes = { K: inner, N: outer, bits, block_size: QUANTISED_BLOCK };
    return { ...node, operator: "MatMulNBits", domain: "com.microsoft", inputs: [x!, numbers, scales], attributes };
  });
  const rewritten = withoutUnread({
    ...model,
    nodes,
    constants: [...model.constants, ...[...constants.values()].flat()],
  });
  const read = new Set(rewritten.nodes.flatMap(({ inputs }) => inputs));
  return { ...rewritten, inputs: model.inputs.filter(({ name }) => read.has(name) || !constants.has(name)) };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
