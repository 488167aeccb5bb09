/** So many bytes, all zero, that threads share. */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

/** Whether who was sent this memory sees the same, and not a copy. */
export function isShared(memory: SharedArrayBuffer): boolean {
  return memory instanceof SharedArrayBuffer;
}
