/** A browser frees array buffers by itself. */
export function noteGarbage(_bytes: number): void {}

export function noteFreed(): void {}
