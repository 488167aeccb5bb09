/** So many bytes, all zero: shared where a page can, else a copy for whoever it is sent to. */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  return canShare() ? new SharedArrayBuffer(bytes) : (new ArrayBuffer(bytes) as unknown as SharedArrayBuffer);
}

/** Whether who was sent this memory sees the same, and not a copy. */
export function isShared(memory: SharedArrayBuffer): boolean {
  return canShare() && memory instanceof SharedArrayBuffer;
}

/** A page has shared memory only where its host sends headers that isolate it, which static hosts don't. */
function canShare(): boolean {
  return crossOriginIsolated && typeof SharedArrayBuffer === "function";
}
