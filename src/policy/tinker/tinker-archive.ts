import { gunzipSync } from "node:zlib";

/** PEFT's names. */
const NAMES: readonly string[] = ["adapter_config.json", "adapter_model.safetensors"];
const BLOCK = 512;
const MOST_UNPACKED = 2 ** 31 - 1;

/**
 * The files of an adapter in a server's archive, a tar that may be compressed: those of the two names that are known,
 * wherever they lie in it; nothing else of it is looked at.
 *
 * @throws Error for what is no such archive
 */
export function filesOfArchive(archive: Uint8Array): Map<string, Uint8Array> {
  const isGzip = archive[0] === 0x1f && archive[1] === 0x8b;
  const tar = isGzip ? gunzipSync(archive, { maxOutputLength: MOST_UNPACKED }) : archive;
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = Number.parseInt(textOf(header.subarray(124, 136)), 8);
    const end = at + BLOCK + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > tar.length) throw new Error("an archive that is cut");
    const name = textOf(header.subarray(0, 100)).split("/").at(-1)!;
    if (NAMES.includes(name)) files.set(name, tar.subarray(at + BLOCK, end));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  const missing = NAMES.find((name) => !files.has(name));
  if (missing !== undefined) throw new Error(`an archive without ${missing}`);
  return files;
}

/** Up to the first NUL. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}
