import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

/** What a browser must be told of a file: without its type it compiles no WebAssembly and runs no module. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
};
const ANY_BYTES = "application/octet-stream";

/** A file of a page. */
export interface StaticFile {
  readonly type: string;
  /** Another one where the file has changed. */
  readonly tag: string;
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** The files below a folder. They are listed before any is read: no request names a path, no link is followed. */
export class StaticFiles {
  constructor(private readonly folder: string) {}

  /** @param path as in an address, decoded: `/engine/x.wasm`; `/` is the page itself */
  find(path: string): StaticFile | null {
    const name = path === "/" ? "index.html" : path.slice(1);
    if (!this.names().includes(name)) return null;
    const full = join(this.folder, name);
    const { mtimeMs, size } = statSync(full);
    return {
      type: TYPES[extname(name)] ?? ANY_BYTES,
      tag: `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`,
      read: async () => new Uint8Array(await readFile(full)),
    };
  }

  private names(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.folder.length + 1)
          .replaceAll(sep, "/"),
      );
  }
}
