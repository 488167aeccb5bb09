import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
};
const BUILT = fileURLToPath(new URL("../../dist/playground", import.meta.url));

/** The built page as any static host shows it: below a sub path, without headers that isolate it. */
export async function servedPage(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server: Server = createServer((question, answer) => {
    const path = new URL(question.url ?? "/", "http://x").pathname.replace(/^\/sub\/path\//, "") || "index.html";
    readFile(join(BUILT, path)).then(
      (bytes) =>
        answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes),
      () => answer.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/sub/path/`, close: () => server.close() };
}
