import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CSV, download, JSONL, PARQUET, REPORT, TENSOR_BOARD, type FileKind } from "./download.ts";
import { Downloads } from "./downloads.ts";
import { behindBase } from "./base-path.ts";
import { takesGzip } from "./answer-json.ts";
import { readRerun, RERUN_PATH } from "./queue-routes.ts";
import type { ReaderAnswer } from "./readers/reader-process.ts";
import type { RunReaders } from "./readers/run-readers.ts";

/** An address whose answer is read from a run. */
interface Route {
  /** Behind `/api/runs/:id`. */
  readonly path: string;
  /** Those of figures are quick; completions have a process for each run. */
  readonly reader: "figures" | "rollouts";
  /** Seconds for which a reader may say nothing. */
  readonly seconds: number;
  /** Of what is taken away as a file: the ending of its name, and its type. */
  readonly file?: FileKind;
}

const SECONDS = 10;
/** A report is written in a thread that reads all of a run and says nothing in between. */
const REPORT_SECONDS = 120;

const ROUTES: readonly Route[] = [
  { path: "", reader: "figures", seconds: SECONDS },
  { path: "/steps", reader: "figures", seconds: SECONDS },
  { path: "/rollouts", reader: "rollouts", seconds: SECONDS },
  { path: "/groups/:step/:index", reader: "rollouts", seconds: SECONDS },
  { path: "/problems", reader: "rollouts", seconds: SECONDS },
  { path: "/problems/:problemId", reader: "rollouts", seconds: SECONDS },
  { path: "/distributions", reader: "rollouts", seconds: SECONDS },
  { path: "/queue", reader: "rollouts", seconds: SECONDS },
  { path: "/queue/:evaluation", reader: "rollouts", seconds: SECONDS },
  { path: "/playground", reader: "rollouts", seconds: SECONDS },
  { path: "/aha", reader: "rollouts", seconds: SECONDS },
  { path: "/export/rollouts.jsonl", reader: "rollouts", seconds: SECONDS, file: JSONL },
  { path: "/export/rollouts.parquet", reader: "rollouts", seconds: SECONDS, file: PARQUET },
  { path: "/export/metrics.csv", reader: "figures", seconds: SECONDS, file: CSV },
  { path: "/export/report.html", reader: "rollouts", seconds: REPORT_SECONDS, file: REPORT },
  { path: "/export/events.tfevents", reader: "figures", seconds: SECONDS, file: TENSOR_BOARD },
];

/** The routes that read runs: each question is passed on to a process that reads. */
export function addForwardedRoutes(app: Hono, readers: RunReaders, basePath: string): void {
  const ask = async (context: Context, id: string, route: Route): Promise<ReaderAnswer> => {
    const { pathname, search } = new URL(context.req.url);
    const [path, gzip] = [behindBase(pathname, basePath) + search, takesGzip(context)];
    if (route.reader === "rollouts") return readers.rollouts.ask(id, { path, gzip }, route.seconds);
    const { bytes, ...head } = await readers.figures.ask({ run: id, path, gzip, later: false });
    return { ...head, body: new Blob([bytes]).stream() as ReadableStream<Uint8Array> };
  };
  const downloads = new Downloads();
  for (const route of ROUTES) {
    app.get(`/api/runs/:id${route.path}`, async (context) => {
      const id = context.req.param("id") as string;
      readers.folders.folderOf(id);
      if (context.req.raw.method === "HEAD") return context.body(null, 200, headersOf(id, route));
      if (route.file === undefined) return answerOf(context, await ask(context, id, route));
      return downloads.one(async () => answerOf(context, await ask(context, id, route)));
    });
  }
  app.post(RERUN_PATH, async (context) => {
    const id = context.req.param("id");
    readers.folders.folderOf(id);
    const body = JSON.stringify(await readRerun(context.req.raw));
    const path = behindBase(new URL(context.req.url).pathname, basePath);
    return answerOf(context, await readers.rollouts.ask(id, { path, gzip: false, body }, SECONDS));
  });
}

function answerOf(context: Context, { status, headers, body }: ReaderAnswer): Response {
  return context.newResponse(body, status as ContentfulStatusCode, { ...headers });
}

/** HEAD is answered by these alone: no run is opened for it. */
function headersOf(id: string, { file }: Route): Record<string, string> {
  if (file !== undefined) return download(id, file);
  return { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
}
