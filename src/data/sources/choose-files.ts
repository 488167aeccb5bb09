import { OptionError, show } from "../../errors.ts";
import type { Split } from "../../records/problem.ts";
import { splitNamed, splitOfFile } from "../split-names.ts";
import { cardConfigs, type CardConfig } from "./card-configs.ts";
import { fitsPattern } from "./wildcard.ts";

/** A file of a data set, by its path within it. */
export interface ChosenFile {
  readonly path: string;
  /** As the card or the file's own name says; null where neither does. */
  readonly split: Split | null;
}

export interface ChooseFilesOptions {
  /** What messages call the data set. */
  readonly name: string;
  /** The text of README.md; empty where there is none. */
  readonly readme: string;
  /** The configuration that is wanted. */
  readonly subset?: string | undefined;
}

/** Kinds of files with rows; where a configuration has several, it is the same data again, and the first counts. */
const KINDS: readonly RegExp[] = [/\.parquet$/i, /\.(jsonl|ndjson)$/i, /\.json$/i, /\.(csv|tsv)$/i];
/** Files about a data set, which are none of its rows. */
const ABOUT =
  /(^|\/)(\.[^/]*|dataset_infos?\.json|state\.json|[^/]*config[^/]*\.json|package(-lock)?\.json|tsconfig\.json)(\/|$)/i;
const MOST_FILES = 10_000;

/**
 * The files of a data set in Hugging Face's layout that are to be read: by the configurations of its card, or else by
 * its folders (`main/train-*.parquet`, `data/*.jsonl`).
 *
 * @param paths of all its files, with slashes
 * @throws OptionError where there are several configurations and none was named, or none of that name, or no rows
 */
export function chooseFiles(paths: readonly string[], { name, readme, subset }: ChooseFilesOptions): ChosenFile[] {
  const known = paths.filter((path) => !ABOUT.test(path) && KINDS.some((kind) => kind.test(path)));
  const configs = new Map<string, ChosenFile[]>();
  const card = cardConfigs(readme);
  for (const { name: of, files } of card) configs.set(of, cardFiles(known, files));
  if (card.length === 0) for (const path of known) add(configs, folderOf(path), { path, split: splitOfFile(path) });
  const chosen = oneConfig(configs, name, subset);
  const kind = KINDS.find((wanted) => chosen.some(({ path }) => wanted.test(path)));
  const files = chosen.filter(({ path }) => kind?.test(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0)
    throw new OptionError(
      `Expected ${show(name)} to hold .parquet, .jsonl, .json or .csv files, got none; give the folder of a data set, or a file.`,
    );
  if (files.length > MOST_FILES)
    throw new OptionError(
      `Expected ${show(name)} to have at most ${MOST_FILES} files, got ${files.length}; take a part.`,
    );
  return files;
}

function cardFiles(paths: readonly string[], files: CardConfig["files"]): ChosenFile[] {
  const chosen = new Map<string, ChosenFile>();
  for (const { split, pattern } of files) {
    for (const path of paths) {
      if (!chosen.has(path) && fitsPattern(path, pattern))
        chosen.set(path, { path, split: split ?? splitOfFile(path) });
    }
  }
  return [...chosen.values()];
}

/** The configuration that a path's first folder names; folders of data and of splits name none. */
function folderOf(path: string): string {
  const folder = path
    .split("/")
    .slice(0, -1)
    .find((part) => part !== "data" && splitNamed(part) === null);
  return folder ?? "";
}

function add(configs: Map<string, ChosenFile[]>, name: string, file: ChosenFile): void {
  const files = configs.get(name) ?? [];
  files.push(file);
  configs.set(name, files);
}

function oneConfig(
  configs: ReadonlyMap<string, readonly ChosenFile[]>,
  name: string,
  subset: string | undefined,
): readonly ChosenFile[] {
  const names = [...configs.keys()].filter((of) => (configs.get(of)?.length ?? 0) > 0);
  const list = names.slice(0, 20).map((of) => (of === "" ? "the files outside of folders" : show(of)));
  const several = `${list.join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}`;
  if (subset !== undefined) {
    const files = configs.get(subset);
    if (files !== undefined && files.length > 0) return files;
    throw new OptionError(
      `Expected \`subset\` to be a configuration of ${show(name)}, got ${show(subset)}; it has ${names.length === 0 ? "none" : several}.`,
    );
  }
  if (names.length > 1)
    throw new OptionError(
      `Expected ${show(name)} to have one configuration, got ${names.length}: ${several}; name one as \`subset\`.`,
    );
  return configs.get(names[0] ?? "") ?? [];
}
