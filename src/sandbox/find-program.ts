import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where a system's own programs stand: nobody's PATH decides what walls a program in. */
export const PROGRAM_FOLDERS = ["/usr/bin", "/bin", "/usr/local/bin"] as const;

/** The path of a program of the system; undefined where there is none. */
export function findProgram(name: string): string | undefined {
  return PROGRAM_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
