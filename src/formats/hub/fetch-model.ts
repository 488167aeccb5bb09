import { sumOf } from "../../numbers/sum.ts";
import { copyFile, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CheckpointError, show } from "../../errors.ts";
import { hubAccess, type HubAccess } from "./hub-access.ts";
import { COMMIT, findInCache, repoFolder, type CachedModel } from "./hub-cache.ts";
import { hubError } from "./hub-error.ts";
import { downloadHubFile, type HubFile } from "./hub-file.ts";
import type { HubSpec } from "./hub-spec.ts";

export interface FetchContext {
  readonly access?: HubAccess;
  readonly signal?: AbortSignal;
  /** Bytes of all files. */
  readonly onProgress?: (done: number, total: number) => void;
}

const INDEX = "model.safetensors.index.json";
const SMALL_FILES: readonly string[] = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
];

/**
 * A model of the hub, from the cache that Python's library uses too; what is missing is downloaded into it. A model
 * that the cache holds needs no network, and stays at the commit that it has there.
 *
 * @throws CheckpointError for an unknown, private or gated model, one without weights that can be read, or no network
 */
export async function fetchModel(
  spec: HubSpec,
  { access: given, signal, onProgress }: FetchContext = {},
): Promise<CachedModel> {
  const access = given ?? (await hubAccess());
  const cached = await findInCache(access.cache, spec);
  if (cached !== null) return cached;
  const name = `hf:${spec.repo}`;
  if (access.offline)
    throw new CheckpointError(
      `Expected ${name} at ${show(spec.revision)} in the cache ${show(access.cache)}, as HF_HUB_OFFLINE is set, got none that is whole; unset it, or name a folder.`,
    );
  if (access.token !== undefined && !access.token.startsWith("hf_"))
    throw new CheckpointError(
      "Expected a token of the hub to begin with hf_, got another one in HF_TOKEN or the saved file; correct it.",
    );
  const commit = await commitOf(spec, access);
  const files = await filesOf(spec, commit, access);
  const folder = repoFolder(access.cache, spec);
  if (commit !== spec.revision) await writeInto(join(folder, "refs", spec.revision), commit);
  const total = sumOf(files, ({ size }) => size);
  let before = 0;
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

async function commitOf(spec: HubSpec, { url, token }: HubAccess): Promise<string> {
  const { modelInfo } = await import("@huggingface/hub");
  const info = await modelInfo({
    name: spec.repo,
    revision: spec.revision,
    additionalFields: ["sha"],
    hubUrl: url,
    ...(token === undefined ? {} : { accessToken: token }),
  }).catch((error: unknown) => {
    throw hubError(error, `hf:${spec.repo}@${spec.revision}`, { token });
  });
  if (!COMMIT.test(info.sha))
    throw new CheckpointError(
      `Expected the hub to name the commit of hf:${spec.repo}, got ${show(info.sha)}; try again later.`,
    );
  return info.sha;
}

/** What is needed of a repository. */
async function filesOf(spec: HubSpec, commit: string, { url, token }: HubAccess): Promise<HubFile[]> {
  const { listFiles } = await import("@huggingface/hub");
  const all = new Map<string, HubFile>();
  try {
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo: spec.repo,
      revision: commit,
      recursive: true,
      hubUrl: url,
      ...(token === undefined ? {} : { accessToken: token }),
    })) {
      if (type === "file") all.set(path, { path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "" });
    }
  } catch (error) {
    throw hubError(error, `hf:${spec.repo}`, { token });
  }
  const names = spec.file === null ? [...SMALL_FILES, ...weightsOf(all, spec)] : [spec.file];
  const files = names.flatMap((name) => all.get(name) ?? []);
  if (files.length === 0)
    throw new CheckpointError(
      `Expected ${show(spec.file)} in hf:${spec.repo}, got no such file; it has ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
    );
  for (const { path, hash, size } of files) {
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) || !Number.isSafeInteger(size) || size < 0)
      throw new CheckpointError(
        `Expected the hub to give a hash and a size of ${show(path)}, got ${show(hash)} and ${show(size)}; try again later.`,
      );
  }
  return files;
}

function weightsOf(all: ReadonlyMap<string, HubFile>, { repo }: HubSpec): string[] {
  if (all.has("model.safetensors")) return ["model.safetensors"];
  const shards = [...all.keys()].filter((path) => /^model-\d+-of-\d+\.safetensors$/.test(path)).toSorted();
  if (all.has(INDEX) && shards.length > 0) return [INDEX, ...shards];
  throw new CheckpointError(
    `Expected weights in safetensors in hf:${repo}, got none; GGUF files that it has, to be named as hf:${repo}/FILE: ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
  );
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
