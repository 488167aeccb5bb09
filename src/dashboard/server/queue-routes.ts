import type { Hono } from "hono";
import type { RerunChoice } from "../../judging/queue/evaluation-queue.ts";
import type { RunQueue } from "../../judging/queue/run-queue.ts";
import { ApiProblem } from "../../server/api-problem.ts";
import { refuseField } from "../../server/body-fields.ts";
import { readBody } from "../../server/read-body.ts";
import type { QueueDetail, QueueLog, Rerun } from "../api.ts";
import { answerJson } from "./answer-json.ts";
import { RequestError } from "./request-error.ts";

/** Evaluations of a state that are listed. */
const MOST_ROWS = 50;
const MOST_BODY = 1024;

/** A run's queue, and what the page is told beside what it holds. */
export interface FoundQueue {
  readonly queue: RunQueue;
  /** The Redis that holds it; null for the run's folder. */
  readonly at: string | null;
  /** Why nothing can be judged again; null where it can. */
  readonly readOnly: string | null;
}

/** Opens the queue of a run; null where others than this process look into it. @throws AhaError */
export type FindQueue = (run: string) => Promise<FoundQueue | null>;

/** The routes that look into a run's queue, and have what it holds judged again where a person asks for it. */
export function addQueueRoutes(app: Hono, find: FindQueue): void {
  const looked = async <T>(id: string, look: (found: FoundQueue) => Promise<T>): Promise<T | null> => {
    const found = await find(id);
    if (found === null) return null;
    try {
      return await look(found);
    } finally {
      await found.queue.close();
    }
  };
  app.get("/api/runs/:id/queue", async (context, next) => {
    if (context.req.raw.method === "HEAD") return next();
    const detail = await looked(context.req.param("id"), detailOf);
    return detail === null ? next() : answerJson(context, detail);
  });
  app.get("/api/runs/:id/queue/:evaluation", async (context, next) => {
    if (context.req.raw.method === "HEAD") return next();
    const asked = context.req.param("evaluation");
    if (!/^\d{1,15}$/.test(asked)) throw new RequestError(400, "Expected the number of an evaluation.");
    const log = await looked(context.req.param("id"), async ({ queue }) => ({ log: await queue.log(Number(asked)) }));
    if (log === null) return next();
    if (log.log === null) throw new RequestError(404, "There is no such evaluation in the queue of this run.");
    return answerJson(context, { log: log.log } satisfies QueueLog);
  });
  app.post(RERUN_PATH, async (context, next) => {
    const again = await looked(context.req.param("id"), async ({ queue, readOnly }) => {
      if (readOnly !== null) throw new RequestError(403, readOnly);
      return queue.rerun(await readRerun(context.req.raw));
    });
    return again === null ? next() : answerJson(context, { again } satisfies Rerun);
  });
}

export const RERUN_PATH = "/api/runs/:id/queue/rerun";

/** @throws RequestError for what names no evaluations */
export async function readRerun(request: Request): Promise<RerunChoice> {
  try {
    const fields = await readBody(request, MOST_BODY);
    const id = fields.integer("id", 1);
    if (id !== undefined) return { id };
    const state = fields.text("state");
    return state === "failed" ? { state } : refuseField("state", "failed, or `id` the number of an evaluation", state);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    throw new RequestError(error.status === 413 ? 413 : 400, error.message);
  }
}

async function detailOf({ queue, at, readOnly }: FoundQueue): Promise<QueueDetail> {
  // What failed and what goes on first: nobody looks for what is done.
  const rows = [];
  for (const state of ["failed", "running", "waiting", "done"] as const)
    rows.push(...(await queue.list({ state, limit: MOST_ROWS })));
  return { ...(await queue.counts()), rows, at, readOnly };
}
