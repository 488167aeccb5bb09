const FIRST_ROOM = 1024;
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(half: number): string {
  return PAIRS[half >>> 24]! + PAIRS[(half >>> 16) & 255]! + PAIRS[(half >>> 8) & 255]! + PAIRS[half & 255]!;
}

/**
 * Numbers by keys of 64 bits, in 20 bytes a key: each new key gets the next number, from 0. A Map of texts takes six
 * times the memory, and seconds for a million.
 */
export class KeyTable {
  size = 0;
  /** The number of a key and one more, where its bits say or next to it; 0 for none. */
  private slots = new Int32Array(2 * FIRST_ROOM);
  private highs = new Uint32Array(FIRST_ROOM);
  private lows = new Uint32Array(FIRST_ROOM);

  /** @returns the number of a key that was there; -1 for a new one, whose number is the `size` before */
  add(high: number, low: number): number {
    const slot = this.slotOf(high, low);
    if (this.slots[slot] !== 0) return this.slots[slot]! - 1;
    if (this.size === this.highs.length) {
      this.grow();
      return this.add(high, low);
    }
    this.highs[this.size] = high;
    this.lows[this.size] = low;
    this.slots[slot] = ++this.size;
    return -1;
  }

  /** The number of a key; -1 for one that isn't there. */
  find(high: number, low: number): number {
    return this.slots[this.slotOf(high, low)]! - 1;
  }

  /** The key of a number as 16 hexadecimal digits. */
  hex(number: number): string {
    return hexOf(this.highs[number]!) + hexOf(this.lows[number]!);
  }

  private slotOf(high: number, low: number): number {
    const mask = this.slots.length - 1;
    let slot = low & mask;
    for (let found = this.slots[slot]!; found !== 0; found = this.slots[slot]!) {
      if (this.lows[found - 1] === low && this.highs[found - 1] === high) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const [highs, lows] = [this.highs, this.lows];
    const room = 2 * highs.length;
    this.highs = new Uint32Array(room);
    this.lows = new Uint32Array(room);
    this.slots = new Int32Array(2 * room);
    this.highs.set(highs);
    this.lows.set(lows);
    for (let number = 0; number < this.size; number++)
      this.slots[this.slotOf(highs[number]!, lows[number]!)] = number + 1;
  }
}
