import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono, type Context } from "hono";
import { integerOption, OptionError } from "../../errors.ts";
import { hostInUrl, isAllowedHost } from "../../host/allowed-hosts.ts";
import { startListening } from "../listening.ts";
import { StaticFiles } from "./static-files.ts";

/** The built page, also where this file runs as source. */
const BUILT: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "dist", "playground");
const DEFAULT_PORT = 7664;

/** What the page may load: its own files, and the engine that is compiled in it. Nothing comes from elsewhere. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

export interface ServePageOptions {
  /** A port that must be had; without it the first free one from 7664 on. 0 for any. */
  readonly port?: number;
  /** Where to listen; 127.0.0.1 where absent. */
  readonly host?: string;
  /** The page's folder; the one that comes with the package where absent. */
  readonly folder?: string;
  /** Takes errors that are mistakes of ours. */
  readonly onMistake?: (error: Error) => void;
}

/** A page that is being served. */
export interface ServedPage {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the page that trains in a tab. It holds nothing of the user's, so it needs no token.
 *
 * @throws OptionError for a page that isn't built, a port that is taken, an address that isn't this machine's
 */
export async function servePage(options: ServePageOptions = {}): Promise<ServedPage> {
  const { port, host = "127.0.0.1", folder = BUILT, onMistake = () => undefined } = options;
  if (port !== undefined) integerOption("port", port, 0, 65_535);
  if (!existsSync(join(folder, "index.html")))
    throw new OptionError("Expected the page to be built, found none; build it with `npm run build`.");
  const app = pageApp(new StaticFiles(folder), host, onMistake);
  const listening = await startListening(app.fetch, { port, host }, DEFAULT_PORT);
  return {
    url: `http://${hostInUrl(host)}:${listening.port}/`,
    port: listening.port,
    async close() {
      await new Promise((resolve) => {
        listening.server.close(resolve);
        listening.server.closeAllConnections();
      });
    },
  };
}

function pageApp(files: StaticFiles, host: string, onMistake: (error: Error) => void): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    // Another site's name that leads here (DNS rebinding) gets nothing.
    if (isAllowedHost(context.req.header("host"), { host, allowHosts: [] })) await next();
    else context.res = context.text("This address is not the page's; open the one that `aha play` printed.\n", 421);
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  });
  app.onError((error, context) => {
    onMistake(error);
    return context.text("This is a mistake of aha's.\n", 500);
  });
  app.notFound((context) => context.text("There is nothing at this address.\n", 404));
  app.get("*", (context) => answerFile(context, files));
  app.all("*", (context) => context.text("Expected GET or HEAD; nothing is changed here.\n", 405));
  return app;
}

async function answerFile(context: Context, files: StaticFiles): Promise<Response> {
  const { path } = context.req;
  const file = files.find(path);
  if (file === null) return context.notFound();
  const headers = {
    etag: file.tag,
    // Names below assets/ change with what is in them.
    "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (context.req.header("if-none-match") === file.tag) return context.body(null, 304, headers);
  const bytes = await file.read();
  return context.body(bytes, 200, { ...headers, "content-type": file.type, "content-length": String(bytes.length) });
}
