import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { OptionError, show } from "../errors.ts";

/** Where runs are kept; it need not be there before the first. */
const RUNS = "runs";

/**
 * The folder whose runs are looked at.
 *
 * @param named by the user; undefined for `runs`
 * @throws OptionError where what is named isn't there, or is a file
 */
export function runsFolder(named: string | undefined): string {
  if (named === undefined) return RUNS;
  if (statSync(named, { throwIfNoEntry: false })?.isDirectory() === true) return named;
  const came = existsSync(named) ? "is a file" : "is not there";
  throw new OptionError(`Expected a folder with runs, got ${show(named)}, which ${came}; correct the path.`);
}

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
    const folder = join(RUNS, attempt === 1 ? name : `${name}-${attempt}`);
    if (!taken(folder)) return folder;
  }
}
