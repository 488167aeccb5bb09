import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, show } from "../../errors.ts";
import { sumOf } from "../../numbers/sum.ts";
import type { FetchContext } from "./fetch-model.ts";
import { hubAccess } from "./hub-access.ts";
import { cachedCommit, repoFolder } from "./hub-cache.ts";
import type { HubFile } from "./hub-file.ts";
import {
  checkAccess,
  checkHubFile,
  fetchFiles,
  listRepository,
  repositoryName,
  type HubRepository,
  type RepositoryContext,
} from "./hub-repository.ts";
import type { HubDatasetSpec } from "./hub-spec.ts";

const CARD = "README.md";
const MOST_CARD_BYTES = 4_000_000;
/** Bytes of all files that are chosen. */
const MOST_DATASET_BYTES = 64e9;

export interface FetchDatasetContext extends Omit<FetchContext, "anonymous"> {
  /** The files that are wanted, of all that there are, given the text of the data set's card. */
  choose(paths: readonly string[], card: string): readonly string[];
}

/** A data set as the cache holds it. */
export interface CachedDataset {
  /** The folder of the snapshot, with the chosen files and the card. */
  readonly path: string;
  readonly commit: string;
}

/**
 * Files of a data set of the hub, in the cache that Python's library uses too. No code of it is fetched or run.
 *
 * @throws CheckpointError for an unknown, private or gated data set, for more than 64 GB, or no network
 */
export async function fetchDataset(spec: HubDatasetSpec, given: FetchDatasetContext): Promise<CachedDataset> {
  const { choose, onDownload, signal, onProgress } = given;
  const access = given.access ?? (await hubAccess());
  const repository: HubRepository = { type: "dataset", ...spec };
  if (access.offline) return offlineDataset(repository, access.cache);
  checkAccess(access);
  onDownload?.();
  const context: RepositoryContext = { access, signal, onProgress: undefined };
  const { commit, files } = await listRepository(repository, context);
  const name = repositoryName(repository);
  const card = files.get(CARD);
  if (card !== undefined && card.size <= MOST_CARD_BYTES) {
    checkHubFile(card);
    await fetchFiles(repository, commit, [card], context);
  }
  const snapshot = join(repoFolder(access.cache, repository), "snapshots", commit);
  const text = await readFile(join(snapshot, CARD), "utf8").catch(() => "");
  const wanted = choose([...files.keys()].filter(isPlainPath), text).flatMap((path) => files.get(path) ?? []);
  wanted.forEach(checkHubFile);
  checkSize(wanted, name);
  return { path: await fetchFiles(repository, commit, wanted, { ...context, onProgress }), commit };
}

async function offlineDataset(repository: HubRepository, cache: string): Promise<CachedDataset> {
  const folder = repoFolder(cache, repository);
  const commit = await cachedCommit(folder, repository.revision);
  const path = join(folder, "snapshots", commit ?? "");
  if (commit !== null && (await stat(path).catch(() => undefined))?.isDirectory() === true) return { path, commit };
  throw new CheckpointError(
    `Expected ${repositoryName(repository)} at ${show(repository.revision)} in the cache ${show(cache)}, as HF_HUB_OFFLINE is set, got none; unset it, or name a folder.`,
  );
}

/** Whether a path that the hub lists stays within the snapshot, on every system. */
function isPlainPath(path: string): boolean {
  const parts = path.split("/");
  return parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\u0000-\u001f\\:*?"<>|]/.test(part));
}

function checkSize(files: readonly HubFile[], name: string): void {
  const bytes = sumOf(files, ({ size }) => size);
  if (bytes <= MOST_DATASET_BYTES) return;
  throw new CheckpointError(
    `Expected the files of ${name} to have at most ${MOST_DATASET_BYTES / 1e9} GB, got ${(bytes / 1e9).toFixed(1)}; name a configuration, or give a part of it as files.`,
  );
}
