import { readProc } from "./read-proc.ts";

/**
 * Most memory that this process had resident, in bytes. Linux's `maxrss` begins at what the process that started this
 * one had (it is kept over exec), so that a small child of a large parent would tell the parent's: there the high-water
 * mark of its own memory is read.
 */
export function peakBytesResident(): number {
  return 1024 * (highWater() ?? process.resourceUsage().maxRSS);
}

/** The same in megabytes of 2^20 bytes, whole ones. */
export function peakMegabytesResident(): number {
  return Math.round(peakBytesResident() / 2 ** 20);
}

/** In kilobytes; undefined where the system doesn't tell it so, as only Linux does. */
function highWater(): number | undefined {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readProc("/proc/self/status") ?? "");
  return found === null ? undefined : Number(found[1]);
}
