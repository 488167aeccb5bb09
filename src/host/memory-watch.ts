/** At a few gigabytes a second memory grows by some tens of megabytes between two looks. */
const MILLISECONDS = 10;

export interface MemoryWatchInit {
  /** Bytes of resident memory. */
  readonly most: number;
}

/**
 * The program of a thread beside work on a stranger's bytes: ends the whole process once it takes more memory than it
 * was
 * given, or once the process that started it is gone. V8's own limit sees no typed arrays, and a busy thread can't look
 * at itself.
 */
export default function watch({ most }: MemoryWatchInit): object {
  const parent = process.ppid;
  setInterval(() => {
    if (process.memoryUsage.rss() > most || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, MILLISECONDS);
  return {};
}
