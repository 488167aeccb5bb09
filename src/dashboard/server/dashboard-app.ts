import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AhaError } from "../../errors.ts";
import { diskError } from "../../host/disk-error.ts";
import type { StoredEvaluation } from "../../store/index.ts";
import type { ApiError, RunDetail, RunSteps } from "../api.ts";
import { answerJson, takesGzip } from "./answer-json.ts";
import { describeRun } from "./describe-run.ts";
import { eventStream } from "./event-stream.ts";
import { addExportRoutes, type ExportRouteParts } from "./export-routes.ts";
import { guardRequests, secureHeaders, type GuardOptions } from "./guard-requests.ts";
import type { LiveWatch } from "./live-watch.ts";
import type { PageFiles } from "./page-files.ts";
import { RequestError } from "./request-error.ts";
import { addRolloutRoutes, type RolloutRouteParts } from "./rollout-routes.ts";
import type { RunLister } from "./run-list.ts";
import type { RunReader } from "./run-reader.ts";
import { readInteger } from "./read-parameters.ts";

/** What the routes need. */
export interface AppParts extends RolloutRouteParts, ExportRouteParts {
  readonly guard: GuardOptions;
  readonly page: PageFiles;
  readonly lister: RunLister;
  readonly watch: LiveWatch;
  /** Aborted when the server ends. */
  readonly closing: AbortSignal;
  /** Takes the errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

const NOT_BUILT = "The dashboard's page isn't built here. Build it with: npm run build\n";

/** The routes of `api.ts`. */
export function dashboardApp(parts: AppParts): Hono {
  const { opened, lister, watch } = parts;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    secureHeaders(context.res.headers);
  });
  app.use(guardRequests(parts.guard));
  app.onError((error, context) => {
    const { status, message } = explain(error, parts.onMistake);
    return context.json({ error: message } satisfies ApiError, status, { "cache-control": "no-store" });
  });
  app.notFound((context) => context.json({ error: "There is nothing at this address." } satisfies ApiError, 404));

  app.get("/api/runs", (context) => answerJson(context, lister.list()));
  app.get("/api/runs/:id", (context) =>
    answerJson(context, detailOf(context.req.param("id"), opened.reader(context.req.param("id")))),
  );
  app.get("/api/runs/:id/steps", (context) => {
    const reader = opened.reader(context.req.param("id"));
    return answerJson(
      context,
      stepsAfter(reader, readInteger(context, "after") ?? -1, context.req.query("mark") ?? ""),
    );
  });
  addRolloutRoutes(app, parts);
  addExportRoutes(app, parts);
  app.get("/api/events", (context) => eventStream(context, watch, parts.closing));
  app.get("*", (context) => {
    const { path } = context.req;
    if (path.startsWith("/api/")) return context.notFound();
    if (path === "/" && !parts.page.built) return context.text(NOT_BUILT, 200);
    const file = parts.page.find(path);
    if (file === null) return context.notFound();
    const zipped = takesGzip(context);
    return context.body(new Uint8Array(zipped ? file.gzipped : file.bytes), 200, {
      "content-type": file.type,
      "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store",
      vary: "accept-encoding",
      ...(zipped ? { "content-encoding": "gzip" } : {}),
    });
  });
  return app;
}

function detailOf(id: string, reader: RunReader): RunDetail {
  const { config, states, evaluations, metrics, fit, warnings, rollouts, lastMark } = reader;
  return {
    ...describeRun(id, reader.folder),
    config,
    states,
    evaluations: evaluations.map(withoutTexts),
    metrics,
    fit,
    warnings,
    rollouts,
    mark: lastMark,
  };
}

function stepsAfter(reader: RunReader, asked: number, mark: string): RunSteps {
  const after = reader.resumeAfter(asked, mark);
  const behind = ({ step }: { readonly step: number }): boolean => step > after;
  const { metrics, fit, evaluations, states, warnings, lastMark } = reader;
  return {
    after,
    mark: lastMark,
    metrics: metrics.filter(behind),
    fit: fit.filter(behind),
    evaluations: evaluations.map(withoutTexts),
    states,
    warnings,
  };
}

/** Evaluations keep the first sample of each problem for the summary of the run: a hundred times the figures. */
function withoutTexts({ result, ...evaluation }: StoredEvaluation): StoredEvaluation {
  const { firstSamples: _samples, ...figures } = result;
  return { ...evaluation, result: figures };
}

/** What an error says to the page, and with which status. */
function explain(
  error: Error,
  onMistake: (error: Error) => void,
): { readonly status: ContentfulStatusCode; readonly message: string } {
  if (error instanceof RequestError) return { status: error.status, message: error.message };
  const known = diskError("read", "the run", error);
  if (known instanceof AhaError) return { status: 422, message: known.message };
  onMistake(error);
  return { status: 500, message: `This is a mistake of aha's: ${error.message}` };
}
