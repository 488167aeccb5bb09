import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** The built page, also where this file runs as source. */
const BUILT: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "dist", "dashboard", "ui");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, compressed; made once. */
  readonly gzipped: Buffer;
}

/** The files of the built page. They are listed before any is read, so that no request names a path. */
export class PageFiles {
  private readonly cache = new Map<string, { readonly changed: number; readonly file: PageFile }>();

  constructor(
    private readonly sessionToken: string,
    private readonly folder: string = BUILT,
  ) {}

  get built(): boolean {
    return existsSync(join(this.folder, "index.html"));
  }

  /** @param path as in the address: `/assets/index.js`; `/` is the page itself */
  find(path: string): PageFile | null {
    const name = path === "/" ? "index.html" : path.slice(1);
    const type = TYPES[extname(name)];
    if (type === undefined || !this.names().includes(name)) return null;
    const full = join(this.folder, name);
    const changed = statSync(full).mtimeMs;
    const known = this.cache.get(name);
    if (known?.changed === changed) return known.file;
    const bytes = name === "index.html" ? this.withToken(readFileSync(full, "utf8")) : readFileSync(full);
    const file: PageFile = { type, bytes, gzipped: gzipSync(bytes, { level: 9 }) };
    this.cache.set(name, { changed, file });
    return file;
  }

  private names(): string[] {
    if (!this.built) return [];
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.folder.length + 1)
          .replaceAll("\\", "/"),
      );
  }

  private withToken(html: string): Buffer {
    const meta = `<meta name="aha-token" content="${this.sessionToken}">`;
    const place = /<meta name="aha-token"[^>]*>/;
    return Buffer.from(
      place.test(html) ? html.replace(place, meta) : html.replace(/<head[^>]*>/, (head) => `${head}${meta}`),
    );
  }
}
