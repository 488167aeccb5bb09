import { CheckpointError, show } from "../../errors.ts";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from "../adapter-files.ts";
import { TOKENIZER_EXTRAS } from "../tokenizer-files.ts";
import { MOST_BYTES, MOST_SHARDS } from "../model-file-limits.ts";
import { hubAccess, type HubAccess } from "./hub-access.ts";
import { findInCache, type CachedModel } from "./hub-cache.ts";
import type { HubFile } from "./hub-file.ts";
import { checkAccess, checkHubFile, fetchFiles, listRepository } from "./hub-repository.ts";
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
  [ADAPTER_CONFIG, MOST_BYTES.config],
  ["generation_config.json", MOST_BYTES.config],
  ["tokenizer.json", MOST_BYTES.tokenizer],
  ...TOKENIZER_EXTRAS.map((name) => [name, MOST_BYTES.tokenizerConfig] as const),
]);

/**
 * A model or an adapter of the hub, from the cache that Python's library uses too; what is missing is downloaded into
 * it. A model that the cache holds needs no network, and stays at the commit that it has there.
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
  checkAccess(access);
  onDownload?.();
  const repository = { type: "model", repo: spec.repo, revision: spec.revision } as const;
  const context = { access, signal, onProgress };
  const { commit, files } = await listRepository(repository, context);
  await fetchFiles(repository, commit, neededFiles(spec, files), context);
  const found = await findInCache(access.cache, { ...spec, revision: commit });
  if (found === null)
    throw new CheckpointError(
      `Expected ${name} to hold config.json, tokenizer.json and weights, or an adapter, got some of them missing; use another one.`,
    );
  return found;
}

/** What is needed of a repository. Only names that are known beforehand are taken, whatever the hub lists. */
function neededFiles(spec: HubSpec, all: ReadonlyMap<string, HubFile>): HubFile[] {
  const names = spec.file === null ? [...SMALL_FILES.keys(), ...weightsOf(all, spec)] : [spec.file];
  const files = names.flatMap((name) => all.get(name) ?? []);
  if (files.length === 0)
    throw new CheckpointError(
      `Expected ${show(spec.file)} in hf:${spec.repo}, got no such file; it has ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
    );
  for (const file of files) {
    checkHubFile(file);
    const { path, size } = file;
    const most = path === INDEX ? MOST_BYTES.index : (SMALL_FILES.get(path) ?? Number.MAX_SAFE_INTEGER);
    if (size > most)
      throw new CheckpointError(
        `Expected ${show(path)} of hf:${spec.repo} to have at most ${most} bytes, got ${size}; use another model.`,
      );
  }
  return files;
}

/** An adapter beside a whole model is an extra, and left where it is. */
function weightsOf(all: ReadonlyMap<string, HubFile>, { repo }: HubSpec): string[] {
  if (all.has("model.safetensors")) return ["model.safetensors"];
  const shards = [...all.keys()].filter((path) => /^model-\d{1,6}-of-\d{1,6}\.safetensors$/.test(path)).toSorted();
  if (shards.length > MOST_SHARDS)
    throw new CheckpointError(
      `Expected hf:${repo} to have at most ${MOST_SHARDS} files with weights, got ${shards.length}; use another model.`,
    );
  if (all.has(INDEX) && shards.length > 0) return [INDEX, ...shards];
  if (all.has(ADAPTER_CONFIG) && all.has(ADAPTER_WEIGHTS)) return [ADAPTER_WEIGHTS];
  if (all.has(ADAPTER_CONFIG))
    throw new CheckpointError(
      `Expected ${ADAPTER_WEIGHTS} beside ${ADAPTER_CONFIG} in hf:${repo}, got ${all.has("adapter_model.bin") ? "adapter_model.bin alone, a file of PyTorch that is run to be read" : "none"}; load the adapter with PEFT and save it again: save_pretrained writes safetensors.`,
    );
  throw new CheckpointError(
    `Expected weights in safetensors in hf:${repo}, got none; GGUF files that it has, to be named as hf:${repo}/FILE: ${list([...all.keys()].filter((path) => path.endsWith(".gguf")))}.`,
  );
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.slice(0, 8).map(show).join(", ");
}
