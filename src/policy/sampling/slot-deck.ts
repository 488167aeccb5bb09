import type { DenseTensor } from "../../engine/index.ts";
import type { KeyValueCache } from "./kv-cache.ts";
import type { Sequence } from "./request-book.ts";
import type { DrawingOptions } from "./sampling-request.ts";

/**
 * Sequences of about one length, one slot each; the used slots are always the first ones, and the first of them are
 * written together.
 */
export class SlotDeck {
  readonly sequences: Sequence[] = [];
  private readonly tokens: BigInt64Array;
  private readonly positions: BigInt64Array;
  private readonly inverseTemperatures: Float32Array;

  /** Sequences that are written at once, at most. */
  readonly atOnce: number;
  /** Position from which a sequence goes on in another deck. */
  readonly until: number;

  constructor(
    { atOnce, until }: Pick<SlotDeck, "atOnce" | "until">,
    readonly capacity: number,
    /** Empty, with so many slots at least. */
    readonly cache: KeyValueCache,
  ) {
    this.atOnce = atOnce;
    this.until = until;
    this.tokens = new BigInt64Array(atOnce);
    this.positions = new BigInt64Array(atOnce);
    this.inverseTemperatures = new Float32Array(atOnce);
  }

  get active(): number {
    return this.sequences.length;
  }

  /** Slots that the next step writes a token for, the first ones. */
  get running(): number {
    return Math.min(this.atOnce, this.sequences.length);
  }

  /** Gives a sequence the next slot, with room for so many positions. Returns the slot. */
  open(sequence: Sequence, positions: number): number {
    const slot = this.sequences.length;
    this.sequences.push(sequence);
    this.cache.reserve(positions, slot);
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
    const { sequences, running } = this;
    let longest = 0;
    for (const { position } of sequences) longest = Math.max(longest, position);
    for (let slot = 0; slot < running; slot++) {
      const { tokens, position, options } = sequences[slot]!;
      this.tokens[slot] = BigInt(tokens[tokens.length - 1]!);
      this.positions[slot] = BigInt(position);
      this.inverseTemperatures[slot] = inverseTemperature(options);
    }
    this.cache.shrink(longest + 1, this.active);
    this.cache.reserve(longest + 1, this.active);
    return {
      tokens: { data: this.tokens.subarray(0, running), dims: [running, 1] },
      positions: { data: this.positions.subarray(0, running), dims: [running, 1] },
      inverseTemperature: { data: this.inverseTemperatures.subarray(0, running), dims: [running, 1, 1] },
      ...this.cache.asInputs(running),
    };
  }
}

/** What logits are multiplied by: the likeliest token is the same at any temperature. */
export function inverseTemperature({ greedy, temperature }: Pick<DrawingOptions, "greedy" | "temperature">): number {
  return greedy ? 1 : 1 / temperature;
}
