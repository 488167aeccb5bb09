import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFile } from "../../host/is-file.ts";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from "../adapter-files.ts";
import { findWeightFiles } from "../weight-files.ts";
import type { HubSpec } from "./hub-spec.ts";

/** A model as the cache holds it. */
export interface CachedModel {
  /** The folder, or the GGUF file, that `loadCheckpoint` takes. */
  readonly path: string;
  /** The commit that the revision stands for. */
  readonly commit: string;
}

/** Whose folder it is; a model's where nothing is said. */
export interface CachedRepository {
  readonly repo: string;
  readonly type?: "model" | "dataset";
}

export const COMMIT: RegExp = /^[0-9a-f]{40}$/;

/** The repository's folder in the cache, as Python's library names it. */
export function repoFolder(cache: string, { repo, type = "model" }: CachedRepository): string {
  return join(cache, `${type}s--${repo.replaceAll("/", "--")}`);
}

/** The model where the cache holds all of it; null where anything is missing. */
export async function findInCache(cache: string, spec: HubSpec): Promise<CachedModel | null> {
  const folder = repoFolder(cache, spec);
  const commit = await cachedCommit(folder, spec.revision);
  if (commit === null) return null;
  const snapshot = join(folder, "snapshots", commit);
  const path = spec.file === null ? snapshot : join(snapshot, spec.file);
  return (await isWhole(path, spec)) ? { path, commit } : null;
}

/** The commit that the cache has a revision at, by the folder of the repository; null where it has none. */
export async function cachedCommit(folder: string, revision: string): Promise<string | null> {
  if (COMMIT.test(revision)) return revision;
  const commit = (await readFile(join(folder, "refs", revision), "utf8").catch(() => "")).trim();
  return COMMIT.test(commit) ? commit : null;
}

async function isWhole(path: string, { file }: HubSpec): Promise<boolean> {
  if (file !== null) return isFile(path);
  const weights = await findWeightFiles(path).then(
    () => true,
    () => false,
  );
  if (!weights) return (await isFile(join(path, ADAPTER_CONFIG))) && isFile(join(path, ADAPTER_WEIGHTS));
  return (await isFile(join(path, "config.json"))) && isFile(join(path, "tokenizer.json"));
}
