import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "playground");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
  ".txt": "text/plain; charset=utf-8",
};

/** The bytes of a file below the page's folder. */
export type ReadFile = (file: string) => Buffer;

/** As it was built. */
export const readBuilt: ReadFile = (file) => readFileSync(join(FOLDER, file));

/** A host of the built page. */
export interface StaticHost {
  /** Of the page, below a path of its own. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Hands out dist/playground as any static host does: files below a sub path, no headers but their types.
 *
 * @param read what a file holds, where it is another build's. @throws where there is none
 */
export async function startStaticHost(path: string = "/some/where/", read: ReadFile = readBuilt): Promise<StaticHost> {
  const server = createServer(({ url }, answer) => {
    const { pathname } = new URL(url ?? "/", "http://host");
    const file = pathname.startsWith(path) ? pathname.slice(path.length) || "index.html" : "none";
    try {
      const bytes = read(file);
      answer.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-length": bytes.length,
      });
      answer.end(bytes);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
