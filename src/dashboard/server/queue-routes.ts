import type { Hono } from "hono";
import { hasQueue, openQueueView, type QueueView } from "../../judging/queue/queue-view.ts";
import type { QueueDetail, QueueLog } from "../api.ts";
import { answerJson } from "./answer-json.ts";
import { RequestError } from "./request-error.ts";
import type { RunFolders } from "./run-folders.ts";

/** Evaluations of a state that are listed. */
const MOST_ROWS = 50;

/** The routes that look into a run's queue. It is read alone. */
export function addQueueRoutes(app: Hono, folders: RunFolders): void {
  app.get("/api/runs/:id/queue", (context) => {
    const detail = looked(folders, context.req.param("id"), (view): QueueDetail => {
      // What failed and what goes on first: nobody looks for what is done.
      const order = ["failed", "running", "waiting", "done"] as const;
      const rows = order.flatMap((state) => view.list({ state, limit: MOST_ROWS }));
      return { ...view.counts(), rows };
    });
    return answerJson(context, detail);
  });
  app.get("/api/runs/:id/queue/:evaluation", (context) => {
    const asked = context.req.param("evaluation");
    if (!/^\d{1,15}$/.test(asked)) throw new RequestError(400, "Expected the number of an evaluation.");
    const log = looked(folders, context.req.param("id"), (view) => view.log(Number(asked)));
    if (log === null) throw new RequestError(404, "There is no such evaluation in the queue of this run.");
    return answerJson(context, { log } satisfies QueueLog);
  });
}

function looked<T>(folders: RunFolders, id: string, look: (view: QueueView) => T): T {
  const folder = folders.folderOf(id);
  if (!hasQueue(folder)) throw new RequestError(404, "This run has no queue: its verdicts were given as they came.");
  const view = openQueueView(folder);
  try {
    return look(view);
  } finally {
    view.close();
  }
}
