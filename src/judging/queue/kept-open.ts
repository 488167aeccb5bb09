/** How often this process has a file open in SQLite. */
const open = new Map<string, number>();

/** Whether this process has a database open: its bytes must not be read beside it (`withFile` in run-files.ts). */
export function isOpenHere(path: string): boolean {
  return open.has(path);
}

/** Notes that it is. @returns what notes its end */
export function keptOpen(path: string): () => void {
  open.set(path, (open.get(path) ?? 0) + 1);
  return () => {
    const left = (open.get(path) ?? 1) - 1;
    if (left > 0) open.set(path, left);
    else open.delete(path);
  };
}
