import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { getPath } from "hono/utils/url";
import { answerJson, takesGzip } from "./answer-json.ts";
import { behindBase } from "./base-path.ts";
import { eventStream } from "./event-stream.ts";
import { explainErrors, nothingHere } from "./explain-error.ts";
import { addForwardedRoutes } from "./forward.ts";
import { guardRequests, secureHeaders, type GuardOptions } from "./guard-requests.ts";
import type { LiveWatch } from "./live-watch.ts";
import { addQueueRoutes, type FindQueue } from "./queue-routes.ts";
import type { PageFiles } from "./page-files.ts";
import type { PlaygroundModels } from "./playground/playground-models.ts";
import { readQuestion } from "./playground/read-question.ts";
import type { RunReaders } from "./readers/run-readers.ts";
import type { RunLister } from "./run-list.ts";

/** What the routes need. */
export interface AppParts {
  readonly guard: GuardOptions;
  readonly page: PageFiles;
  readonly readers: RunReaders;
  readonly lister: RunLister;
  readonly watch: LiveWatch;
  /** Finds queues that aren't in runs' folders; null where there are none. */
  readonly findQueue: FindQueue | null;
  readonly playground: PlaygroundModels;
  /** Aborted when the server ends. */
  readonly closing: AbortSignal;
  /** Takes the errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

const NOT_BUILT = "The dashboard's page isn't built here. Build it with: npm run build\n";

/** The routes of `api.ts`, in the process that answers: it guards, serves the page, and opens no run itself. */
export function dashboardApp(parts: AppParts): Hono {
  const { readers, lister, watch } = parts;
  const { basePath } = parts.guard;
  const app = new Hono({ getPath: (request) => behindBase(getPath(request), basePath) });
  app.use(async (context, next) => {
    await next();
    secureHeaders(context.res.headers);
    if (context.req.raw.method === "HEAD") await context.res.body?.cancel();
  });
  app.use(guardRequests(parts.guard));
  app.onError(explainErrors(parts.onMistake));
  app.notFound(nothingHere);

  app.get("/api/runs", async (context) => {
    if (context.req.raw.method === "HEAD") return answerJson(context, {});
    return answerJson(context, await lister.list());
  });
  if (parts.findQueue !== null) addQueueRoutes(app, parts.findQueue);
  addForwardedRoutes(app, readers, basePath);
  app.post("/api/runs/:id/playground", async (context) => {
    const id = context.req.param("id");
    readers.folders.folderOf(id);
    const { status, headers, body } = await parts.playground.ask(id, await readQuestion(context.req.raw));
    return context.newResponse(body, status as ContentfulStatusCode, { ...headers });
  });
  // Relative addresses of the page begin at its folder.
  if (basePath !== "") app.get(basePath, (context) => context.redirect(`${basePath}/`, 308));
  app.get("/api/events", (context) => eventStream(context, watch, parts.closing));
  app.get("*", (context) => {
    const { path } = context.req;
    if (path.startsWith("/api/")) return context.notFound();
    return pageFile(context, parts.page);
  });
  return app;
}

function pageFile(context: Context, page: PageFiles): Response | Promise<Response> {
  const { path } = context.req;
  if (path === "/" && !page.built) return context.text(NOT_BUILT, 200);
  const file = page.find(path);
  if (file === null) return context.notFound();
  const zipped = takesGzip(context);
  return context.body(new Uint8Array(zipped ? file.gzipped : file.bytes), 200, {
    "content-type": file.type,
    "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store",
    vary: "accept-encoding",
    ...(zipped ? { "content-encoding": "gzip" } : {}),
  });
}
