import type { Hono } from "hono";
import { AhaError } from "../../errors.ts";
import { diskError } from "../../host/disk-error.ts";
import type { LiveEvent, RunDetail, RunSteps } from "../api.ts";
import { answerJson } from "./answer-json.ts";
import { describeRun } from "./describe-run.ts";
import { unreadable } from "./live-event.ts";
import type { OpenedRuns } from "./opened-runs.ts";
import { readInteger } from "./read-parameters.ts";
import { LISTING, LOOK } from "./readers/reader-messages.ts";
import type { RunReader } from "./run-reader.ts";
import { withScores } from "./with-scores.ts";

export interface RunRouteParts {
  readonly opened: OpenedRuns;
  /** Whether a folder has a queue of what is judged. */
  readonly hasQueue: (folder: string) => boolean;
}

/** The routes that read a run's figures, and two that nobody outside can name. */
export function addRunRoutes(app: Hono, { opened, hasQueue }: RunRouteParts): void {
  app.get("/api/runs/:id", (context) => {
    const id = context.req.param("id");
    const reader = opened.reader(id);
    return answerJson(context, detailOf(id, reader, hasQueue(reader.folder)));
  });
  app.get("/api/runs/:id/steps", (context) => {
    const reader = opened.reader(context.req.param("id"));
    const after = readInteger(context, "after") ?? -1;
    return answerJson(context, stepsAfter(reader, after, context.req.query("mark") ?? ""));
  });
  app.get(`${LISTING}/:id`, (context) => {
    const id = context.req.param("id");
    return answerJson(context, describeRun(id, opened.folders.folderOf(id)));
  });
  app.get(`${LOOK}/:id`, (context) => answerJson(context, lookAt(context.req.param("id"), opened)));
}

function detailOf(id: string, reader: RunReader, queue: boolean): RunDetail {
  const { config, states, evaluations, metrics, fit, warnings, rollouts, lastMark } = reader;
  const figures = { config, states, evaluations: evaluations.map(withScores), metrics, fit, warnings };
  return { ...describeRun(id, reader.folder), ...figures, rollouts, mark: lastMark, queue };
}

function stepsAfter(reader: RunReader, asked: number, mark: string): RunSteps {
  const after = reader.resumeAfter(asked, mark);
  const behind = ({ step }: { readonly step: number }): boolean => step > after;
  const { metrics, fit, evaluations, states, warnings, lastMark } = reader;
  const news = { metrics: metrics.filter(behind), fit: fit.filter(behind), evaluations: evaluations.map(withScores) };
  return { after, mark: lastMark, ...news, states, warnings };
}

function lookAt(id: string, opened: OpenedRuns): LiveEvent {
  try {
    const { lastStep, state, evaluations, lastMark } = opened.reader(id);
    return { kind: "run", id, lastStep, mark: lastMark, state, evaluations: evaluations.length };
  } catch (error) {
    if (!(diskError("read", id, error) instanceof AhaError)) throw error;
    return unreadable(id);
  }
}
