import { readProc } from "../host/read-proc.ts";

/** What a process has used of this machine. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** The kernel's units in /proc, the same on all architectures that Node runs on: USER_HZ, and pages. */
const TICKS_PER_SECOND = 100;
export const PAGE_BYTES = 4096;
/** Fields of /proc/PID/stat, counted from the one after the program's name (proc_pid_stat(5): 14, 15 and 24). */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const RESIDENT_PAGES = 21;

/** Reads what a process has used; undefined where that can't be read, or the process is gone. */
export function readUsage(pid: number): ProcessUsage | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // A program's name may hold anything, a bracket among it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system, pages] = [USER_TICKS, SYSTEM_TICKS, RESIDENT_PAGES].map((place) => Number(fields[place]));
  return { cpuSeconds: (user! + system!) / TICKS_PER_SECOND, residentBytes: pages! * PAGE_BYTES };
}

/** The one child of a process, or the process itself where it has none: `unshare` waits for what it started. */
export function onlyChild(pid: number): number {
  return startedBy(pid)[0] ?? pid;
}

/** What a thread of a process has started; its first thread where none is named. */
export function startedBy(pid: number, thread: number | string = pid): number[] {
  const listed = readProc(`/proc/${pid}/task/${thread}/children`) ?? "";
  return listed.split(" ").filter(Boolean).map(Number);
}
