import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** SHA-256 of bytes, or of a text as UTF-8: 64 hexadecimal digits. */
export function sha256Of(content: string | Uint8Array): string {
  return bytesToHex(sha256(typeof content === "string" ? utf8ToBytes(content) : content));
}

/** SHA-256 of lines of text, each with its end. */
export function sha256OfLines(lines: Iterable<string>): string {
  const hash = sha256.create();
  for (const line of lines) hash.update(utf8ToBytes(`${line}\n`));
  return bytesToHex(hash.digest());
}
