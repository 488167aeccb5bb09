import type { DenseTensor } from "../../engine/index.ts";
import type { KeyValueCache } from "./kv-cache.ts";
import type { Sequence } from "./request-book.ts";
import type { DrawingOptions } from "./sampling-request.ts";

/** Sequences that are written together, one slot each; the used slots are always the first ones. */
export class SlotDeck {
  readonly sequences: Sequence[] = [];
  private readonly tokens: BigInt64Array;
  private readonly positions: BigInt64Array;
  private readonly inverseTemperatures: Float32Array;

  constructor(
    readonly capacity: number,
    /** Empty, with so many slots at least. */
    readonly cache: KeyValueCache,
    /** So many first positions of every sequence are the same, and not in the cache. */
    private readonly prefix: number,
  ) {
    this.tokens = new BigInt64Array(capacity);
    this.positions = new BigInt64Array(capacity);
    this.inverseTemperatures = new Float32Array(capacity);
  }

  get active(): number {
    return this.sequences.length;
  }

  /** Gives a sequence the next slot, with room for so many positions. Returns the slot. */
  open(sequence: Sequence, positions: number): number {
    const slot = this.sequences.length;
    this.sequences.push(sequence);
    this.cache.reserve(positions - this.prefix, slot);
    this.cache.clear(slot);
    return slot;
  }

  /** Frees a slot; the sequence of the last one moves in. */
  close(slot: number): void {
    const last = this.sequences.pop()!;
    if (slot === this.sequences.length) return;
    this.sequences[slot] = last;
    this.cache.move(this.sequences.length, slot);
  }

  /** The inputs of the step graph: of each sequence its last token, where it stands, its temperature; and the cache. */
  stepInputs(): Record<string, DenseTensor> {
    let longest = 0;
    this.sequences.forEach((sequence, slot) => {
      this.tokens[slot] = BigInt(sequence.tokens[sequence.tokens.length - 1]!);
      this.positions[slot] = BigInt(sequence.position);
      this.inverseTemperatures[slot] = inverseTemperature(sequence.options);
      longest = Math.max(longest, sequence.position);
    });
    const held = longest + 1 - this.prefix;
    this.cache.shrink(held, this.active);
    this.cache.reserve(held, this.active);
    return {
      tokens: { data: this.tokens.subarray(0, this.active), dims: [this.active, 1] },
      positions: { data: this.positions.subarray(0, this.active), dims: [this.active, 1] },
      inverseTemperature: { data: this.inverseTemperatures.subarray(0, this.active), dims: [this.active, 1, 1] },
      ...this.cache.asInputs(this.active),
    };
  }
}

/** What logits are multiplied by: the likeliest token is the same at any temperature. */
export function inverseTemperature({ greedy, temperature }: Pick<DrawingOptions, "greedy" | "temperature">): number {
  return greedy ? 1 : 1 / temperature;
}
