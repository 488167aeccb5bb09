import { copyFile, mkdir, stat, statfs, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CheckpointError, show } from "../../errors.ts";
import { sumOf } from "../../numbers/sum.ts";
import type { HubAccess } from "./hub-access.ts";
import { COMMIT, repoFolder } from "./hub-cache.ts";
import { hubError } from "./hub-error.ts";
import { hubJsonFetch } from "./hub-fetch.ts";
import { downloadHubFile, type HubFile } from "./hub-file.ts";

/** What the hub keeps under a name: a model, or a data set, with all its files. */
export interface HubRepository {
  readonly type: "model" | "dataset";
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** How a repository is asked for. */
export interface RepositoryContext {
  readonly access: HubAccess;
  readonly signal: AbortSignal | undefined;
  /** Bytes of all files that are fetched. */
  readonly onProgress: ((done: number, total: number) => void) | undefined;
}

/** The name in messages: `hf:owner/name`, `hf:datasets/owner/name`. */
export function repositoryName({ type, repo }: HubRepository): string {
  return type === "model" ? `hf:${repo}` : `hf:datasets/${repo}`;
}

/** @throws CheckpointError where the environment's address or token of the hub can't be one */
export function checkAccess(access: HubAccess): void {
  if (!URL.canParse(access.url) || !/^https?:$/.test(new URL(access.url).protocol))
    throw new CheckpointError(
      "Expected HF_ENDPOINT to be an http or https address such as https://huggingface.co, got something else; correct or unset it.",
    );
  if (access.token !== undefined && !access.token.startsWith("hf_"))
    throw new CheckpointError(
      "Expected a token of the hub to begin with hf_, got another one in HF_TOKEN or the saved file; correct it.",
    );
}

/** The commit that a revision stands for now, and the files that it has, by path. */
export async function listRepository(
  repository: HubRepository,
  { access, signal }: RepositoryContext,
): Promise<{ readonly commit: string; readonly files: ReadonlyMap<string, HubFile> }> {
  const library = { hubUrl: access.url, fetch: hubJsonFetch(access, signal) };
  try {
    const commit = await commitOf(repository, access, library);
    return { commit, files: await filesAt(repository, commit, { access, library }) };
  } catch (error) {
    // Ctrl-C is no failure of the hub.
    signal?.throwIfAborted();
    throw error;
  }
}

interface Library {
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
}

async function commitOf(repository: HubRepository, access: HubAccess, library: Library): Promise<string> {
  const { datasetInfo, modelInfo } = await import("@huggingface/hub");
  const { type, repo: name, revision } = repository;
  const asked = { name, revision, ...library };
  const info: { readonly sha?: unknown } = await (
    type === "model"
      ? modelInfo({ ...asked, additionalFields: ["sha"] })
      : datasetInfo({ ...asked, additionalFields: ["sha"] })
  ).catch((error: unknown) => {
    throw hubError(error, `${repositoryName(repository)}@${revision}`, access);
  });
  const { sha } = info;
  if (typeof sha !== "string" || !COMMIT.test(sha))
    throw new CheckpointError(
      `Expected the hub to name the commit of ${repositoryName(repository)}, got ${show(sha)}; try again later.`,
    );
  return sha;
}

async function filesAt(
  repository: HubRepository,
  commit: string,
  { access, library }: { readonly access: HubAccess; readonly library: Library },
): Promise<ReadonlyMap<string, HubFile>> {
  const { listFiles } = await import("@huggingface/hub");
  const all = new Map<string, HubFile>();
  const { type, repo: name } = repository;
  try {
    for await (const { type: kind, path, size, oid, lfs } of listFiles({
      repo: { type, name },
      revision: commit,
      recursive: true,
      ...library,
    })) {
      if (kind === "file" && typeof path === "string")
        all.set(path, { path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "" });
    }
  } catch (error) {
    throw hubError(error, repositoryName(repository), access);
  }
  return all;
}

/** @throws CheckpointError for a file that the hub gives no usable hash or size of */
export function checkHubFile({ path, hash, size }: HubFile): void {
  if (
    typeof hash !== "string" ||
    !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) ||
    !Number.isSafeInteger(size) ||
    size < 0
  )
    throw new CheckpointError(
      `Expected the hub to give a hash and a size of ${show(path)}, got ${show(hash)} and ${show(size)}; try again later.`,
    );
}

/**
 * Fetches files of a repository into the cache that Python's library uses too, as it lays it out; what is there stays.
 *
 * @returns the folder of the snapshot
 */
export async function fetchFiles(
  repository: HubRepository,
  commit: string,
  files: readonly HubFile[],
  { access, signal, onProgress }: RepositoryContext,
): Promise<string> {
  const folder = repoFolder(access.cache, repository);
  await checkRoom(files, folder, repositoryName(repository));
  if (commit !== repository.revision) await writeInto(join(folder, "refs", repository.revision), commit);
  const total = sumOf(files, ({ size }) => size);
  let before = 0;
  onProgress?.(before, total);
  for (const file of files) {
    await fetchFile(file, {
      repository,
      commit,
      folder,
      access,
      signal,
      onBytes: (done) => onProgress?.(before + done, total),
    });
    before += file.size;
    onProgress?.(before, total);
  }
  return join(folder, "snapshots", commit);
}

/** Refuses before a byte is fetched what the disk can't hold. @throws CheckpointError */
async function checkRoom(files: readonly HubFile[], folder: string, name: string): Promise<void> {
  let missing = 0;
  for (const { size, hash } of files)
    missing +=
      size -
      Math.min(
        size,
        (await sizeOf(join(folder, "blobs", hash))) || (await sizeOf(join(folder, "blobs", `${hash}.incomplete`))),
      );
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (missing > bavail * bsize)
    throw new CheckpointError(
      `Expected ${(missing / 1e6).toFixed(0)} MB of free disk for ${name} in ${show(folder)}, got ${((bavail * bsize) / 1e6).toFixed(0)}; free some, or set HF_HUB_CACHE to a folder elsewhere.`,
    );
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

interface FileContext {
  readonly repository: HubRepository;
  readonly commit: string;
  readonly folder: string;
  readonly access: HubAccess;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (done: number) => void;
}

/** Into `blobs/HASH`, with a link to it in the snapshot, as Python's library lays it out. */
async function fetchFile(
  file: HubFile,
  { repository, commit, folder, access, signal, onBytes }: FileContext,
): Promise<void> {
  const blob = join(folder, "blobs", file.hash);
  const pointer = join(folder, "snapshots", commit, file.path);
  if ((await stat(pointer).catch(() => undefined)) !== undefined) return;
  if ((await stat(blob).catch(() => undefined)) === undefined) {
    const kind = repository.type === "model" ? "" : "datasets/";
    const url = `${access.url}/${kind}${repository.repo}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    await downloadHubFile(url, file, blob, { access, onBytes, signal });
  }
  await mkdir(dirname(pointer), { recursive: true });
  await symlink(relative(dirname(pointer), blob), pointer).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return;
    // Windows allows links to few; a copy serves as well.
    await copyFile(blob, pointer);
  });
}

async function writeInto(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
