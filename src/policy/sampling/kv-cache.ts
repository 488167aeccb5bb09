import type { ModelConfig } from "../../model/model-config.ts";
import type { DenseTensor } from "../../engine/index.ts";
import { freeArray, noteGarbage } from "../../host/collect-garbage.ts";

/** Room is added in steps of this many positions, since the engine computes over unused ones too. */
const ROOM_STEP = 16;
const HIDDEN = -1e9;

/**
 * The keys and values of the sequences that are being written, one slot each, in arrays of our own: ONNX Runtime reads
 * inputs in place but copies outputs, so the cache never passes through the graph; only new rows do.
 */
export class KeyValueCache {
  private readonly layers: { keys: Float32Array; values: Float32Array }[] = [];
  private mask: Float32Array = new Float32Array(0);
  private room = 0;
  /** Positions by slot that the arrays can hold. */
  private allocated = 0;
  private inputs: Record<string, DenseTensor> | undefined;
  private inputSlots = 0;
  private readonly width: number;

  constructor(
    private readonly config: ModelConfig,
    readonly slots: number,
  ) {
    this.width = config.kvHeads * config.headDim;
  }

  /** Of all slots, whether they were ever touched or not. */
  get bytes(): number {
    return this.slots * this.allocated * (this.config.layers * 2 * this.width + 1) * 4;
  }

  /** Forgets every sequence; the memory stays. */
  empty(): void {
    this.room = 0;
    this.inputs = undefined;
  }

  /**
   * Makes room for `positions` positions in every slot.
   *
   * @param used slots, the first ones, that keep what they hold; the others are to be cleared before they are written
   */
  reserve(positions: number, used: number): void {
    if (positions <= this.room) return;
    const room = Math.ceil(positions / ROOM_STEP) * ROOM_STEP;
    const { layers, kvHeads, headDim } = this.config;
    if (room > this.allocated) this.allocate(room, used);
    else {
      for (let layer = 0; layer < layers; layer++) {
        const { keys, values } = this.layers[layer]!;
        for (const rows of [keys, values]) spread(rows, used * kvHeads, this.room * headDim, room * headDim);
      }
      spread(this.mask, used, this.room, room);
      for (let slot = 0; slot < used; slot++) this.mask.fill(HIDDEN, slot * room + this.room, (slot + 1) * room);
    }
    this.room = room;
    this.inputs = undefined;
  }

  /** Larger arrays, by half at least: what isn't touched takes no memory, and few growths copy. */
  private allocate(room: number, used: number): void {
    const { layers, kvHeads, headDim } = this.config;
    const allocated = Math.max(room, ROOM_STEP * Math.ceil((1.5 * this.allocated) / ROOM_STEP));
    const grow = (old: Float32Array | undefined): Float32Array => {
      const wide = new Float32Array(this.slots * kvHeads * allocated * headDim);
      if (old === undefined) return wide;
      copyRows(old, wide, used * kvHeads, this.room * headDim, room * headDim);
      noteGarbage(old.byteLength);
      freeArray(old);
      return wide;
    };
    for (let layer = 0; layer < layers; layer++) {
      const old = this.layers[layer];
      this.layers[layer] = { keys: grow(old?.keys), values: grow(old?.values) };
    }
    const mask = new Float32Array(this.slots * allocated).fill(HIDDEN);
    copyRows(this.mask, mask, used, this.room, room);
    this.mask = mask;
    this.allocated = allocated;
  }

  /** Gives back room that no sequence needs any more, when a slot's longest sequence has ended. */
  shrink(positions: number, used: number): void {
    const room = Math.max(ROOM_STEP, Math.ceil(positions / ROOM_STEP) * ROOM_STEP);
    if (room >= this.room) return;
    const { kvHeads, headDim } = this.config;
    for (const layer of this.layers) {
      for (const rows of [layer.keys, layer.values]) {
        for (let row = 1; row < used * kvHeads; row++)
          rows.copyWithin(row * room * headDim, row * this.room * headDim, row * this.room * headDim + room * headDim);
      }
    }
    for (let slot = 1; slot < used; slot++)
      this.mask.copyWithin(slot * room, slot * this.room, slot * this.room + room);
    this.room = room;
    this.inputs = undefined;
  }

  /** Empties a slot. */
  clear(slot: number): void {
    this.mask.fill(HIDDEN, slot * this.room, (slot + 1) * this.room);
  }

  /**
   * Writes the keys and values of one position: `row` of the graph's `keyValues`, [rows, layers * 2 * kvHeads *
   * headDim].
   */
  write(slot: number, position: number, keyValues: Float32Array, row: number): void {
    const { layers, kvHeads, headDim } = this.config;
    let from = row * layers * 2 * this.width;
    for (let layer = 0; layer < layers; layer++) {
      const { keys, values } = this.layers[layer]!;
      for (const target of [keys, values]) {
        for (let head = 0; head < kvHeads; head++) {
          const to = ((slot * kvHeads + head) * this.room + position) * headDim;
          for (let i = 0; i < headDim; i++) target[to + i] = keyValues[from + i]!;
          from += headDim;
        }
      }
    }
    this.mask[slot * this.room + position] = 0;
  }

  /** Moves the sequence of one slot into another. */
  move(from: number, to: number): void {
    const size = this.config.kvHeads * this.room * this.config.headDim;
    for (const layer of this.layers) {
      for (const rows of [layer.keys, layer.values]) rows.copyWithin(to * size, from * size, (from + 1) * size);
    }
    this.mask.copyWithin(to * this.room, from * this.room, (from + 1) * this.room);
  }

  /** Takes over the first positions of a sequence from another cache of the same model. */
  copyFrom(source: KeyValueCache, from: number, to: number, positions: number): void {
    const { kvHeads, headDim } = this.config;
    this.layers.forEach((layer, i) => {
      const other = source.layers[i]!;
      for (const [rows, sourceRows] of [
        [layer.keys, other.keys],
        [layer.values, other.values],
      ] as const) {
        for (let head = 0; head < kvHeads; head++) {
          const start = (from * kvHeads + head) * source.room * headDim;
          rows.set(
            sourceRows.subarray(start, start + positions * headDim),
            (to * kvHeads + head) * this.room * headDim,
          );
        }
      }
    });
    this.mask.fill(0, to * this.room, to * this.room + positions);
  }

  /** The first `slots` slots as inputs of the step graph; made anew only when their number or the room has changed. */
  asInputs(slots: number): Record<string, DenseTensor> {
    if (this.inputs !== undefined && this.inputSlots === slots) return this.inputs;
    const { kvHeads, headDim } = this.config;
    const inputs: Record<string, DenseTensor> = {
      mask: { data: this.mask.subarray(0, slots * this.room), dims: [slots, 1, 1, this.room] },
    };
    const size = slots * kvHeads * this.room * headDim;
    this.layers.forEach((layer, i) => {
      const dims = [slots, kvHeads, this.room, headDim];
      inputs[`keys.${i}`] = { data: layer.keys.subarray(0, size), dims };
      inputs[`values.${i}`] = { data: layer.values.subarray(0, size), dims };
    });
    this.inputs = inputs;
    this.inputSlots = slots;
    return inputs;
  }
}

/** Copies rows of `oldWidth` numbers into rows of `newWidth`. */
function copyRows(old: Float32Array, wide: Float32Array, rows: number, oldWidth: number, newWidth: number): void {
  for (let row = 0; row < rows; row++) wide.set(old.subarray(row * oldWidth, (row + 1) * oldWidth), row * newWidth);
}

/** Moves rows apart in their place; between them stands what stood there. */
function spread(data: Float32Array, rows: number, oldWidth: number, newWidth: number): void {
  for (let row = rows - 1; row > 0; row--) data.copyWithin(row * newWidth, row * oldWidth, (row + 1) * oldWidth);
}
