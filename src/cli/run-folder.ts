import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Names a new run folder by its kind and the time: `runs/zero-2026-11-23-1825`, with `-2` and so on where that is
 * taken.
 */
export function runFolderFor(
  kind: string,
  now: Date = new Date(),
  taken: (folder: string) => boolean = existsSync,
): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const name = `${kind}-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}`;
  for (let attempt = 1; ; attempt++) {
    const folder = join("runs", attempt === 1 ? name : `${name}-${attempt}`);
    if (!taken(folder)) return folder;
  }
}
