/** A browser counts no listeners. */
export function allowManyListeners(_signal: AbortSignal): void {}
