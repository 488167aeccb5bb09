import { readFileSync } from "node:fs";

/** The text of a file in /proc; undefined where there is none, it can't be read, or the process is gone. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
