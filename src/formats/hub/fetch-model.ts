import { sumOf } from "../../numbers/sum.ts";
import { copyFile, mkdir, stat, statfs, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CheckpointError, show } from "../../errors.ts";
import { TOKENIZER_EXTRAS } from "../tokenizer-files.ts";
import { MOST_BYTES, MOST_SHARDS } from "../model-file-limits.ts";
import { hubAccess, type HubAccess } from "./hub-access.ts";
import { COMMIT, findInCache, repoFolder, type CachedModel } from "./hub-cache.ts";
import { hubError } from "./hub-error.ts";
import { hubJsonFetch } from "./hub-fetch.ts";
import { downloadHubFile, type HubFile } from "./hub-file.ts";
import type { HubSpec } from "./hub-spec.ts";

export interface FetchContext {
  readonly access?: HubAccess;
  /** Without the user's token: for a name that a file says and not the user. */
  readonly anonymous?: boolean;
  /** Told before the hub is asked for anything. */
  readonly onDownload?: () => void;
  readonly signal?: AbortSignal;
  /** Bytes of all files. */
  readonly onProgress?: (done: number, total: number) => void;
}

const INDEX = "model.safetensors.index.json";
/** Bytes that their readers take. */
const SMALL_FILES: ReadonlyMap<string, number> = new Map([
  ["config.json", MOST_BYTES.config],
  ["generation_config.json", MOST_BYTES.config],
  ["tokenizer.json", MOST_BYTES.tokenizer],
  ...TOKENIZER_EXTRAS.map((name) => [name, MOST_BYTES.tokenizerConfig] as const),
]);

/**
 * A model of the hub, from the cache that Python's library uses too; what is missing is downloaded into it. A model
 * that the cache holds needs no network, and stays at the commit that it has there.
 *
 * @throws CheckpointError for an unknown, private or gated model, one without weights that can be read, or no network
 */
export async function fetchModel(
  spec: HubSpec,
  { access: given, anonymous = false, onDownload, signal, onProgress }: FetchContext = {},
): Promise<CachedModel> {
  const asked = given ?? (await hubAccess());
  const access: HubAccess = anonymous ? { ...asked, token: undefined } : asked;
  const cached = await findInCache(access.cache, spec);
  if (cached !== null) return cached;
  const name = `hf:${spec.repo}`;
  if (access.offline)
    throw new CheckpointError(
      `Expected ${name} at ${show(spec.revision)} in the cache ${show(access.cache)}, as HF_HUB_OFFLINE is set, got none that is whole; unset it, or name a folder.`,
    );
  if (!URL.canParse(access.url) || !/^https?:$/.test(new URL(access.url).protocol))
    throw new CheckpointError(
      "Expected HF_ENDPOINT to be an http or https address such as https://huggingface.co, got something else; correct or unset it.",
    );
  if (access.token !== undefined && !access.token.startsWith("hf_"))
    throw new CheckpointError(
      "Expected a token of the hub to begin with hf_, got another one in HF_TOKEN or the saved file; correct it.",
    );
  onDownload?.();
  const library = { hubUrl: access.url, fetch: hubJsonFetch(access, signal) };
  const commit = await commitOf(spec, access, library).catch((error: unknown) => rethrow(error, signal));
  const files = await filesOf(spec, commit, access, library).catch((error: unknown) => rethrow(error, signal));
  const folder = repoFolder(access.cache, spec);
  await checkRoom(files, folder, name);
  if (commit !== spec.revision) await writeInto(join(folder, "refs", spec.revision), commit);
  const total = sumOf(files, ({ size }) => size);
  let before = 0;
  onProgress?.(before, total);
  for (const file of files) {
    await fetchFile(file, {
      spec,
      commit,
      folder,
      access,
      signal,
      onBytes: (done) => onProgress?.(before + done, total),
    });
    before += file.size;
    onProgress?.(before, total);
  }
  const found = await findInCache(access.cache, { ...spec, revision: commit });
  if (found === null)
    throw new CheckpointError(
      `Expected ${name} to hold config.json, tokenizer.json and weights, got a model with some of them missing; use another one.`,
    );
  return found;
}

interface Library {
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
}

/** Ctrl-C is no failure of the hub. */
function rethrow(error: unknown, signal: AbortSignal | undefined): never {
  signal?.throwIfAborted();
  throw error;
}

async function commitOf(spec: HubSpec, access: HubAccess, library: Library): Promise<string> {
  const { modelInfo } = await import("@huggingface/hub");
  const info = await modelInfo({
    name: spec.repo,
    revision: spec.revision,
    additionalFields: ["sha"],
    ...library,
  }).catch((error: unknown) => {
    throw hubError(error, `hf:${spec.repo}@${spec.revision}`, access);
  });
  const sha: unknown = info.sha;
  if (typeof sha !== "string" || !COMMIT.test(sha))
    throw new CheckpointError(
      `Expected the hub to name the commit of hf:${spec.repo}, got ${show(sha)}; try again later.`,
    );
  return sha;
}

/** What is needed of a repository. Only names that are known beforehand are taken, whatever the hub lists. */
async function filesOf(spec: HubSpec, commit: string, access: HubAccess, library: Library): Promise<HubFile[]> {
  const { listFiles } = await import("@huggingface/hub");
  const all = new Map<string, HubFile>();
  try {
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo: spec.repo,
      revision: commit,
      recursive: true,
      ...library,
    })) {
      if (type === "file" && typeof path === "string")
        all.set(path, { path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "" });
    }
  } catch (error) {
    throw hubError(error, `hf:${spec.repo}`, access);
  }
  const names = spec.file === null ? [...SMALL_FILES.keys(), ...weightsOf(all, spec)] : [spec.file];
  const files = names.flatMap((name) => all.get(name) ?? []);
  if (files.length === 0)
    throw new CheckpointError(
      `Expected ${show(spec.file)} in hf:${spec.repo}, got no such file; it has ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
    );
  for (const { path, hash, size } of files) {
    if (
      typeof hash !== "string" ||
      !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) ||
      !Number.isSafeInteger(size) ||
      size < 0
    )
      throw new CheckpointError(
        `Expected the hub to give a hash and a size of ${show(path)}, got ${show(hash)} and ${show(size)}; try again later.`,
      );
    const most = path === INDEX ? MOST_BYTES.index : (SMALL_FILES.get(path) ?? Number.MAX_SAFE_INTEGER);
    if (size > most)
      throw new CheckpointError(
        `Expected ${show(path)} of hf:${spec.repo} to have at most ${most} bytes, got ${size}; use another model.`,
      );
  }
  return files;
}

function weightsOf(all: ReadonlyMap<string, HubFile>, { repo }: HubSpec): string[] {
  if (all.has("model.safetensors")) return ["model.safetensors"];
  const shards = [...all.keys()].filter((path) => /^model-\d{1,6}-of-\d{1,6}\.safetensors$/.test(path)).toSorted();
  if (shards.length > MOST_SHARDS)
    throw new CheckpointError(
      `Expected hf:${repo} to have at most ${MOST_SHARDS} files with weights, got ${shards.length}; use another model.`,
    );
  if (all.has(INDEX) && shards.length > 0) return [INDEX, ...shards];
  throw new CheckpointError(
    `Expected weights in safetensors in hf:${repo}, got none; GGUF files that it has, to be named as hf:${repo}/FILE: ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
  );
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

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.slice(0, 8).map(show).join(", ");
}

interface FileContext {
  readonly spec: HubSpec;
  readonly commit: string;
  readonly folder: string;
  readonly access: HubAccess;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (done: number) => void;
}

/** Into `blobs/HASH`, with a link to it in the snapshot, as Python's library lays it out. */
async function fetchFile(file: HubFile, { spec, commit, folder, access, signal, onBytes }: FileContext): Promise<void> {
  const blob = join(folder, "blobs", file.hash);
  const pointer = join(folder, "snapshots", commit, file.path);
  if ((await stat(pointer).catch(() => undefined)) !== undefined) return;
  if ((await stat(blob).catch(() => undefined)) === undefined) {
    const url = `${access.url}/${spec.repo}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
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
