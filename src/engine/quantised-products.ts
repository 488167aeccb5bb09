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
 * Rounds a weight [in, out] to few bits, symmetrically: a block's number that is farthest from 0 (of two the negative
 * one) becomes the lowest whole number, -2^(bits - 1), exactly, and the others are rounded on that scale.
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
        const [size, most] = [Math.abs(value), Math.abs(farthest)];
        if (size > most || (size === most && value < 0)) farthest = value;
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
  const { rewritten, read } = withNarrowWeights(model, new Set(weights.keys()), bits);
  const constants = read.flatMap(({ name, numbers, scales }): ConstantSpec[] => {
    const weight = weights.get(name)!;
    return [
      { ...numbers, bytes: weight.numbers },
      { ...scales, bytes: bytesOf(weight.scales) },
    ];
  });
  return { ...rewritten, constants: [...rewritten.constants, ...constants] };
}

/** The names of a quantised weight's two inputs. */
export function quantisedNames(
  name: string,
  bits: QuantisedBits,
): { readonly numbers: string; readonly scales: string } {
  return { numbers: `${name} in ${bits} bits`, scales: `${name} scales` };
}

/** The shapes of a weight [in, out] in few bits. */
export function quantisedShapes(
  [inner, outer]: readonly [number, number],
  bits: QuantisedBits,
): { readonly numbers: readonly number[]; readonly scales: readonly number[] } {
  const blocks = Math.ceil(inner / QUANTISED_BLOCK);
  return { numbers: [outer, blocks, (QUANTISED_BLOCK * bits) / 8], scales: [outer * blocks] };
}

/**
 * The same graph with the weights of linear layers in few bits as inputs: for each `quantisedNames`, uint8 and float32
 * of `quantisedShapes`.
 *
 * @param names under which a product reads them
 */
export function withQuantisedInputs(model: ModelSpec, names: ReadonlySet<string>, bits: QuantisedBits): ModelSpec {
  const { rewritten, read } = withNarrowWeights(model, names, bits);
  return { ...rewritten, inputs: [...rewritten.inputs, ...read.flatMap(({ numbers, scales }) => [numbers, scales])] };
}

/** A weight that a product reads in few bits. */
interface NarrowWeight {
  readonly name: string;
  readonly numbers: Omit<ConstantSpec, "bytes">;
  readonly scales: Omit<ConstantSpec, "bytes">;
}

/** Products read the weights in few bits, which are neither inputs nor constants yet. */
function withNarrowWeights(
  model: ModelSpec,
  names: ReadonlySet<string>,
  bits: QuantisedBits,
): { readonly rewritten: ModelSpec; readonly read: readonly NarrowWeight[] } {
  const shapes = new Map(
    [...model.inputs, ...model.constants].map(({ name, shape }) => [name, shape as readonly number[]]),
  );
  const read = new Map<string, NarrowWeight>();
  const nodes = model.nodes.map((node): NodeSpec => {
    const [x, name = ""] = node.inputs;
    if (node.operator !== "MatMul" || !names.has(name)) return node;
    const [inner, outer] = shapes.get(name) as readonly [number, number];
    const [called, shaped] = [quantisedNames(name, bits), quantisedShapes([inner, outer], bits)];
    read.set(name, {
      name,
      numbers: { name: called.numbers, type: "uint8", shape: shaped.numbers },
      scales: { name: called.scales, type: "float32", shape: shaped.scales },
    });
    const attributes = { K: inner, N: outer, bits, block_size: QUANTISED_BLOCK };
    const inputs = [x!, called.numbers, called.scales];
    return { ...node, operator: "MatMulNBits", domain: "com.microsoft", inputs, attributes };
  });
  const still = new Set(nodes.flatMap(({ inputs }) => inputs));
  const inputs = model.inputs.filter(({ name }) => still.has(name) || !read.has(name));
  return { rewritten: withoutUnread({ ...model, nodes, inputs }), read: [...read.values()] };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
