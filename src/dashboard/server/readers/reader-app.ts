import { Hono } from "hono";
import { AhaError } from "../../../errors.ts";
import { diskError } from "../../../host/disk-error.ts";
import type { LiveEvent, RunDetail, RunSteps } from "../../api.ts";
import { answerJson } from "../answer-json.ts";
import { describeRun } from "../describe-run.ts";
import { runQueuePlace } from "../../../judging/queue/run-queue.ts";
import { queuesInFolders } from "../find-queue.ts";
import { addQueueRoutes } from "../queue-routes.ts";
import { explainErrors, nothingHere } from "../explain-error.ts";
import { addExportRoutes } from "../export-routes.ts";
import { unreadable } from "../live-event.ts";
import { withScores } from "../with-scores.ts";
import { OpenedRuns } from "../opened-runs.ts";
import { readInteger } from "../read-parameters.ts";
import { RolloutIndexes } from "../rollout-index/rollout-indexes.ts";
import { addRolloutRoutes } from "../rollout-routes.ts";
import type { RunFolders } from "../run-folders.ts";
import type { RunReader } from "../run-reader.ts";
import { RunReports } from "../run-reports.ts";
import { RunTokenizers } from "../run-tokenizers.ts";
import { LISTING, LOOK } from "./reader-messages.ts";

export interface ReaderParts {
  readonly folders: RunFolders;
  /** Told while a long reading comes forward. */
  readonly onProgress: () => void;
  /** Takes the errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

/** The routes of `api.ts` that read a run, in the process that reads, and two that only the server itself asks. */
export function readerApp({ folders, onProgress, onMistake }: ReaderParts): Hono {
  const opened = new OpenedRuns(folders);
  const indexes = new RolloutIndexes(folders, onProgress);
  const app = new Hono();
  app.onError(explainErrors(onMistake));
  app.notFound(nothingHere);
  app.get("/api/runs/:id", (context) => {
    const id = context.req.param("id");
    return answerJson(context, detailOf(id, opened.reader(id)));
  });
  app.get("/api/runs/:id/steps", (context) => {
    const reader = opened.reader(context.req.param("id"));
    const after = readInteger(context, "after") ?? -1;
    return answerJson(context, stepsAfter(reader, after, context.req.query("mark") ?? ""));
  });
  addRolloutRoutes(app, { opened, indexes, tokenizers: new RunTokenizers() });
  addQueueRoutes(app, queuesInFolders(folders));
  addExportRoutes(app, { opened, indexes, reports: new RunReports() });
  app.get(`${LISTING}/:id`, (context) => {
    const id = context.req.param("id");
    return answerJson(context, describeRun(id, folders.folderOf(id)));
  });
  app.get(`${LOOK}/:id`, (context) => answerJson(context, lookAt(context.req.param("id"), opened)));
  return app;
}

function detailOf(id: string, reader: RunReader): RunDetail {
  const { config, states, evaluations, metrics, fit, warnings, rollouts, lastMark } = reader;
  const figures = { config, states, evaluations: evaluations.map(withScores), metrics, fit, warnings };
  const queue = runQueuePlace(reader.folder, false) !== null;
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
