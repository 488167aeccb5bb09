import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { diskError } from "../../host/disk-error.ts";
import type { Split } from "../../records/problem.ts";
import { keepInput } from "../rows/open-rows.ts";
import { chooseFiles } from "./choose-files.ts";

/** The name of standard input. */
export const STANDARD_INPUT = "-";
const DEEPEST_FOLDER = 4;
/** Bytes of a card that are looked at. */
const MOST_CARD = 4_000_000;

/** A file of some data. */
export interface DataPart {
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
  /** The split of all its rows; null where nothing says so. */
  readonly split: Split | null;
}

/** Where some data stand. */
export interface DataSource {
  /** What messages call it. */
  readonly name: string;
  readonly parts: readonly DataPart[];
  close(): void;
}

export interface FindDataOptions {
  /** The configuration of a data set that has several. */
  readonly subset?: string;
  /** Gets a data set of the hub into a folder; refused where absent. */
  readonly fetch?: (name: string, subset: string | undefined) => Promise<DataSource>;
}

/**
 * The files of some data: a file, a folder in Hugging Face's layout, a data set of the hub, or standard input (`-`).
 *
 * @throws OptionError where there are no files of rows, or several configurations; RunError where they can't be read
 */
export async function findData(source: string, { subset, fetch }: FindDataOptions = {}): Promise<DataSource> {
  if (source === STANDARD_INPUT) {
    const { path, forget } = await keepInput();
    return { name: "standard input", parts: [{ path, name: "standard input", split: null }], close: forget };
  }
  if (source.startsWith("hf:") && fetch !== undefined) return fetch(source, subset);
  try {
    const found = await stat(source);
    const parts = found.isDirectory()
      ? await folderParts(source, subset)
      : [{ path: source, name: source, split: null }];
    return { name: source, parts, close: () => undefined };
  } catch (error) {
    throw diskError("read", source, error);
  }
}

/** The parts of a folder in Hugging Face's layout. */
export async function folderParts(folder: string, subset: string | undefined, name = folder): Promise<DataPart[]> {
  const readme = await readFile(join(folder, "README.md"), "utf8").catch(() => "");
  const paths = await filesBelow(folder);
  const files = chooseFiles(paths, { name, readme: readme.slice(0, MOST_CARD), subset });
  // One file is the whole data, whatever part of others it once was.
  const alone = files.length === 1;
  return files.map(({ path, split }) => ({
    path: join(folder, path),
    name: join(name === folder ? folder : name, path),
    split: alone ? null : split,
  }));
}

/** Paths with slashes of all files, without hidden ones. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (at: string, depth: number): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.name.startsWith(".") || basename(path) === "node_modules") continue;
      if (entry.isDirectory() && depth < DEEPEST_FOLDER) await walk(path, depth + 1);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(relative(folder, path).split(sep).join("/"));
    }
  };
  await walk(folder, 0);
  return found;
}
