import { setMaxListeners } from "node:events";

/** Node warns of a leak beyond ten listeners; this signal may have more at a time. */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}
