import type { DenseTensor, Engine, EngineTensor, Program, ProgramOptions } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { cachedHeadDim, cacheNames, resizeGraph } from "./device-graphs.ts";

/** Room is a multiple of so many positions. */
const ROOM_STEP = 16;

/** Where a row of keys stands: a position of a slot, in every head of every layer. */
export interface CachedRow {
  readonly slot: number;
  readonly position: number;
}

/**
 * The keys and values of all slots where the engine computes, for each layer [slots, kvHeads, room, cachedHeadDim]. The
 * graphs write into them.
 */
export class DeviceCache {
  private tensors = new Map<string, EngineTensor>();
  private slots = 0;
  private room = 0;
  private readonly names: readonly string[];
  private resize: Program | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly config: ModelConfig,
    private readonly options: ProgramOptions,
  ) {
    this.names = cacheNames(config);
  }

  /** Of all tensors. */
  get bytes(): number {
    const { kvHeads } = this.config;
    return this.names.length * this.slots * kvHeads * this.room * cachedHeadDim(this.config) * 4;
  }

  /** Takes so many slots, which hold anything: those of before, where there are as many and room enough. */
  open(slots: number, positions: number): void {
    if (this.slots === slots && this.room >= positions) return;
    this.clear();
    this.slots = slots;
    this.room = roomFor(positions);
    for (const name of this.names) this.tensors.set(name, this.zeros());
  }

  /** Makes room for so many positions, by half more at least and `most` at most; what the slots hold stays. */
  async reserve(positions: number, most: number): Promise<void> {
    if (positions <= this.room) return;
    const room = Math.max(positions, Math.min(most, Math.ceil(1.5 * this.room)));
    await this.rebuild(
      Array.from({ length: this.slots }, (_, slot) => slot),
      roomFor(room),
    );
  }

  /** Keeps these slots, in this order. */
  async keep(slots: readonly number[]): Promise<void> {
    await this.rebuild(slots, this.room);
  }

  /** What a program reads, and what it writes in place. */
  get inputs(): Readonly<Record<string, EngineTensor>> {
    return Object.fromEntries(this.tensors);
  }

  get outputs(): Readonly<Record<string, EngineTensor>> {
    return Object.fromEntries(Array.from(this.tensors, ([name, tensor]) => [`new.${name}`, tensor]));
  }

  /** Rows as the graphs take them, int64 [rows * kvHeads, 3]: slot, head, position; the heads of a row one by one. */
  rows(rows: readonly CachedRow[]): DenseTensor {
    const { kvHeads } = this.config;
    const data = new BigInt64Array(rows.length * kvHeads * 3);
    let at = 0;
    for (const { slot, position } of rows) {
      for (let head = 0; head < kvHeads; head++) {
        data[at++] = BigInt(slot);
        data[at++] = BigInt(head);
        data[at++] = BigInt(position);
      }
    }
    return { data, dims: [rows.length * kvHeads, 3] };
  }

  clear(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
    this.slots = 0;
    this.room = 0;
  }

  async dispose(): Promise<void> {
    this.clear();
    await this.resize?.dispose();
  }

  private zeros(): EngineTensor {
    const { kvHeads } = this.config;
    return this.engine.zeros([this.slots, kvHeads, this.room, cachedHeadDim(this.config)]);
  }

  /** One tensor after the other, so that little is held twice. */
  private async rebuild(slots: readonly number[], room: number): Promise<void> {
    this.resize ??= await this.engine.compile(resizeGraph(this.config), this.options);
    const pads = { data: BigInt64Array.from([0, 0, 0, 0, 0, 0, room - this.room, 0], BigInt), dims: [8] };
    const kept = { data: Int32Array.from(slots), dims: [slots.length] };
    this.slots = slots.length;
    this.room = room;
    for (const name of this.names) {
      const [cache, resized] = [this.tensors.get(name)!, this.zeros()];
      await this.resize.run({ cache, slots: kept, pads }, { resized });
      this.tensors.set(name, resized);
      cache.dispose();
    }
  }
}

function roomFor(positions: number): number {
  return Math.ceil(positions / ROOM_STEP) * ROOM_STEP;
}
