import { createHash } from "node:crypto";

/** SHA-256 of bytes, or of a text as UTF-8: 64 hexadecimal digits. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of lines of text, each with its end. */
export function sha256OfLines(lines: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest("hex");
}
