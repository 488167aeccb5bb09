import type { Context, Hono } from "hono";
import { metricsToCsv } from "../../export/metrics-csv.ts";
import { rolloutsToJsonl } from "../../export/rollouts-jsonl.ts";
import { parquetChunks } from "../../export/rollouts-parquet.ts";
import { metricsToTensorBoard } from "../../export/tensorboard.ts";
import { openRunStore, type RunStore, type StoredRollout } from "../../store/index.ts";
import type { OpenedRuns } from "./opened-runs.ts";
import { readFilter } from "./read-filter.ts";
import type { RunReports } from "./run-reports.ts";
import type { RolloutIndexes } from "./rollout-index/rollout-indexes.ts";

export interface ExportRouteParts {
  readonly opened: OpenedRuns;
  readonly indexes: RolloutIndexes;
  readonly reports: RunReports;
}

/** Lines of JSON that are sent together. */
const CHUNK_CHARACTERS = 2 ** 16;

/** The routes by which a run is taken away. Rollouts are those that fit the filter, sent as they are read. */
export function addExportRoutes(app: Hono, { opened, indexes, reports }: ExportRouteParts): void {
  const rollouts = async (
    context: Context,
    id: string,
    ending: string,
    type: string,
    chunks: (store: Pick<RunStore, "rollouts">) => Iterable<Uint8Array>,
  ): Promise<Response> => {
    const { folder } = opened.reader(id);
    const { offset: _offset, limit: _limit, ...filter } = readFilter(context);
    const places = Object.keys(filter).length === 0 ? null : await indexes.of(id).places(filter);
    // A connection of its own: the download may go on when others have been let go.
    const store = openRunStore(folder, { readOnly: true });
    const source = places === null ? store : { rollouts: () => rolloutsAt(store, places) };
    return context.body(
      streamOf(chunks(source), () => store.close()),
      200,
      attachment(id, ending, type),
    );
  };
  app.get("/api/runs/:id/export/rollouts.jsonl", (context) =>
    rollouts(context, context.req.param("id"), "jsonl", "application/x-ndjson", (store) =>
      inChunks(rolloutsToJsonl(store)),
    ),
  );
  app.get("/api/runs/:id/export/rollouts.parquet", (context) =>
    rollouts(context, context.req.param("id"), "parquet", "application/vnd.apache.parquet", (store) =>
      parquetChunks(store),
    ),
  );
  app.get("/api/runs/:id/export/metrics.csv", (context) => {
    const id = context.req.param("id");
    return context.body(
      metricsToCsv(opened.reader(id).opened()),
      200,
      attachment(id, "csv", "text/csv; charset=utf-8"),
    );
  });
  app.get("/api/runs/:id/export/report.html", async (context) => {
    const id = context.req.param("id");
    return context.body(
      await reports.of(id, opened.reader(id).folder),
      200,
      attachment(id, "html", "text/html; charset=utf-8"),
    );
  });
  app.get("/api/runs/:id/export/events.tfevents", (context) => {
    const id = context.req.param("id");
    return context.body(
      new Uint8Array(metricsToTensorBoard(opened.reader(id).opened())),
      200,
      attachment(id, "tfevents", "application/octet-stream"),
    );
  });
}

/** What is sent is kept as a file and never shown as a page. */
export function attachment(id: string, ending: string, type: string): Record<string, string> {
  const name = `${id}.${ending}`;
  const plain = name.replace(/[^A-Za-z0-9._-]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    "content-type": type,
    "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    "cache-control": "no-store",
  };
}

function* rolloutsAt(store: RunStore, places: Int32Array): IterableIterator<StoredRollout> {
  for (let i = 0; i < places.length; i += 3) {
    const found = store.rolloutAt({ step: places[i]!, problemIndex: places[i + 1]!, sample: places[i + 2]! });
    // A resumed run may have deleted it since.
    if (found !== null) yield found;
  }
}

function* inChunks(lines: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let waiting = "";
  for (const line of lines) {
    waiting += line;
    if (waiting.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(waiting);
    waiting = "";
  }
  yield encoder.encode(waiting);
}

/** Each chunk is made when the one before was taken, with room for other requests between them. */
function streamOf(chunks: Iterable<Uint8Array>, close: () => void): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await new Promise(setImmediate);
        try {
          const { done, value } = iterator.next();
          if (done !== true) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          // The client sees a broken download, not one that looks whole.
          controller.error(error);
        }
        close();
      },
      cancel: close,
    },
    { highWaterMark: 1 },
  );
}
