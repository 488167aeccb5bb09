import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { OptionError, RunError, show } from "../../errors.ts";
import { RUN_DATABASE } from "../../store/run-files.ts";
import type { RunsPlace } from "./readers/reader-messages.ts";
import { RequestError } from "./request-error.ts";

/**
 * The runs that a dashboard shows: the folders of one folder, or one run alone. Nothing outside it is ever read,
 * whatever a request names and wherever a link points.
 */
export class RunFolders {
  constructor(readonly place: RunsPlace) {}

  /**
   * @param given as the user wrote it; a folder that isn't there yet is fine
   * @param readOnly nothing is judged again for who asks
   * @throws OptionError for a file, RunError for a folder that can't be read
   */
  static of(given: string, readOnly: boolean = false): RunFolders {
    const found = statSync(given, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory())
      throw new OptionError(
        `Expected ${show(given)} to be a folder with runs, got a file; name the folder that it is in.`,
      );
    if (found !== undefined) checkReadable(given);
    const isRun = existsSync(join(given, RUN_DATABASE));
    const path = isRun ? realpathSync(given) : resolve(given);
    const [root, only] = isRun ? [dirname(path), basename(path)] : [path, null];
    return new RunFolders({ given, root, only, readOnly });
  }

  /** The names of the folders that hold a run, in the order of the alphabet. A folder that vanished has none. */
  ids(): string[] {
    const { only, root } = this.place;
    if (only !== null) return this.holdsRun(only) ? [only] : [];
    let names: string[];
    try {
      names = readdirSync(root);
    } catch {
      // It isn't there yet, or was removed while the page is open: the page says how to begin.
      return [];
    }
    return names.filter((name) => this.holdsRun(name)).sort();
  }

  /** The folder of a run. @throws RequestError for anything that isn't the name of one */
  folderOf(id: string): string {
    const { given, root, only } = this.place;
    if (!isFolderName(id) || (only !== null && id !== only) || !this.holdsRun(id)) {
      throw new RequestError(
        404,
        `Expected the name of a run's folder in ${show(given)}, got ${show(id)}; the list of runs has those that there are.`,
      );
    }
    return join(root, id);
  }

  /** A link may point anywhere, so what counts is where it leads: to a child of this folder, with its own database. */
  private holdsRun(name: string): boolean {
    if (!isFolderName(name)) return false;
    try {
      const root = realpathSync(this.place.root);
      const folder = realpathSync(join(root, name));
      return dirname(folder) === root && lstatSync(join(folder, RUN_DATABASE)).isFile();
    } catch {
      return false;
    }
  }
}

/** Whether a file is where its path says, and not outside of the folder through a link. */
export function staysInside(folder: string, path: string): boolean {
  try {
    return realpathSync(path).startsWith(realpathSync(folder) + sep);
  } catch {
    return false;
  }
}

function isFolderName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && name.length <= 255 && !/[/\\\u0000]/.test(name);
}

function checkReadable(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch {
    throw new RunError(
      `Expected a folder that can be read, got ${show(folder)} without the permission; change it or choose another folder.`,
    );
  }
}
