import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built page. */
export const PLAYGROUND = fileURLToPath(new URL("../../dist/playground", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
};

/** The address of the worker that trains, from the page's folder. */
export function trainerScript(): string {
  return `assets/${readdirSync(join(PLAYGROUND, "assets")).find((name) => /^trainer-worker-.*\.js$/.test(name))!}`;
}

/** A page that trains as its address says and sends what it was told: for browsers that nobody drives. */
const BARE_PAGE = `<!doctype html><meta charset="utf-8"><title>bare</title><script type="module">
const { settings, steps, script } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const root = new URL(".", location.href).href;
const send = (body) => fetch("result", { method: "POST", body: JSON.stringify(body) });
const worker = new Worker(new URL(script, root), { type: "module" });
const told = [];
worker.onerror = (event) => send({ error: event.message });
worker.onmessage = ({ data }) => {
  if (data.kind === "failed") return send({ error: data.error.message });
  if (data.kind !== "step") return;
  const tokens = data.groups.map(({ rollouts }) => rollouts.map(({ rollout }) => rollout.tokens));
  told.push({ digest: data.digest, tokens, seconds: data.metrics.seconds });
  if (told.length === steps) send({ told, isolated: crossOriginIsolated });
};
worker.postMessage({ kind: "open", settings, root });
worker.postMessage({ kind: "train" });
</script>`;

/** What a bare page sends. */
export interface BareResult {
  readonly error?: string;
  readonly isolated?: boolean;
  readonly told?: readonly { readonly digest: string; readonly tokens: number[][][]; readonly seconds: number }[];
}

export interface TabServer {
  /** Of the page, with its last slash. */
  readonly address: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** What the next bare page sends. */
  result(): Promise<BareResult>;
  close(): void;
}

/**
 * Serves the built page below a path, as a static host would.
 *
 * @param headers of every answer, to isolate the page
 */
export async function serveTab(path = "/", headers: Readonly<Record<string, string>> = {}): Promise<TabServer> {
  const asked: string[] = [];
  let take: (result: BareResult) => void = () => undefined;
  const answer = (question: IncomingMessage, response: ServerResponse): void => {
    const name = decodeURIComponent(new URL(question.url!, "http://x").pathname);
    asked.push(name);
    const inside = name.startsWith(path) ? name.slice(path.length) || "index.html" : "../";
    if (inside === "result") {
      let body = "";
      question.on("data", (piece: Buffer) => (body += piece.toString()));
      question.on("end", () => (response.writeHead(204).end(), take(JSON.parse(body) as BareResult)));
      return;
    }
    const send = (content: string | Buffer, type: string): void =>
      void response.writeHead(200, { ...headers, "content-type": type }).end(content);
    if (inside === "bare.html") return send(BARE_PAGE, "text/html");
    try {
      send(readFileSync(join(PLAYGROUND, inside)), TYPES[extname(inside)] ?? "application/octet-stream");
    } catch {
      response.writeHead(404).end();
    }
  };
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    asked,
    result: () => new Promise((resolve) => (take = resolve)),
    close: () => (server.closeAllConnections(), server.close()),
  };
}
