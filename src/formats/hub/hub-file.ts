import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CheckpointError, show } from "../../errors.ts";
import { eachWithin, withDeadline } from "../../host/deadline.ts";
import type { HubAccess } from "./hub-access.ts";
import { hubError } from "./hub-error.ts";
import { hubFetch, PATIENCE } from "./hub-fetch.ts";

/** A file on the hub, with what its bytes must come to. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of a large file; of a small one Git's SHA-1, of `blob SIZE\0` and the bytes. */
  readonly hash: string;
}

const TRIES = 5;

/** Not a byte came of a try: another would be as silent. */
class Silence extends Error {}

/** How a file is fetched. */
export interface HubDownload {
  readonly access: HubAccess;
  /** Told how many bytes are there. */
  readonly onBytes: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file to a path, going on where an earlier try ended. It has its name only once its hash is right.
 *
 * @throws CheckpointError where the hub refuses, keeps failing, or sends other bytes than it announced
 */
export async function downloadHubFile(url: string, file: HubFile, path: string, download: HubDownload): Promise<void> {
  const { access, signal } = download;
  const partial = `${path}.incomplete`;
  await mkdir(dirname(path), { recursive: true });
  for (let tries = 1; ; tries++) {
    try {
      await tryDownload(url, file, partial, download);
      break;
    } catch (error) {
      signal?.throwIfAborted();
      if (tries === TRIES || error instanceof CheckpointError || error instanceof Silence)
        throw hubError(error, url, access);
      await wait(500 * 2 ** tries, undefined, signal === undefined ? {} : { signal });
    }
  }
  const found = await hashOf(partial, file);
  if (found !== file.hash) {
    await rm(partial, { force: true });
    throw new CheckpointError(
      `Expected ${show(file.path)} to have the hash ${file.hash}, got ${found}; what came is deleted, try again.`,
    );
  }
  await rename(partial, path);
}

async function tryDownload(
  url: string,
  file: HubFile,
  partial: string,
  { access, onBytes, signal }: HubDownload,
): Promise<void> {
  let have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  let came = false;
  if (have > file.size) have = 0;
  if (have === file.size && have > 0) return;
  const silence = new AbortController();
  const seconds = access.patience ?? PATIENCE;
  const silent = (): never => {
    const error = new (came ? Error : Silence)(`no byte for ${seconds} seconds`);
    silence.abort(error);
    throw error;
  };
  const stop = signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]);
  // Compressed on the way, a range would be of other bytes.
  const range = have > 0 ? { range: `bytes=${have}-` } : {};
  const asked = hubFetch(url, access, { "accept-encoding": "identity", ...range }, stop);
  const response = await withDeadline(asked, seconds, silent);
  if (!response.ok) throw hubError({ statusCode: response.status }, url, access);
  if (response.status !== 206) have = 0;
  const out = await open(partial, have > 0 ? "a" : "w");
  try {
    for await (const chunk of eachWithin(
      (response.body ?? []) as unknown as AsyncIterable<Uint8Array>,
      seconds,
      silent,
    )) {
      came = true;
      have += chunk.length;
      if (have > file.size)
        throw new CheckpointError(`Expected ${show(file.path)} to have ${file.size} bytes, got more; try again later.`);
      await out.write(chunk);
      onBytes(have);
    }
    await out.sync();
  } finally {
    await out.close();
  }
  if (have < file.size) throw new Error(`the connection ended after ${have} of ${file.size} bytes`);
}

async function hashOf(path: string, { hash, size }: HubFile): Promise<string> {
  const hasher: Hash = hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hasher.update(chunk as Uint8Array);
  return hasher.digest("hex");
}
