import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that may wait to be freed in one thread. */
const MOST_WAITING = 128 * 2 ** 20;

let waiting = 0;
let collect: (() => void) | undefined;

/**
 * Notes that so many bytes of array buffers will soon be read no more, and frees what is unreachable once enough has
 * come together: V8 sees the small objects that hold large buffers, and would let gigabytes wait.
 */
export function noteGarbage(bytes: number): void {
  waiting += bytes;
  if (waiting >= MOST_WAITING) freeUnreachable();
}

/** Frees what is unreachable in this thread, before work that needs its memory. */
export function freeUnreachable(): void {
  waiting = 0;
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}

/** The same of arrays that nothing reads any more already: as many as may wait are freed at once. */
export function noteFreed(bytes: number): void {
  if (bytes >= MOST_WAITING) noteGarbage(bytes);
}

/** An array that nobody reads any more: this half notes bytes instead. */
export function freeArray(_array: ArrayBufferView): void {}
