import { Hono } from "hono";
import { runQueuePlace } from "../../../judging/queue/run-queue.ts";
import type { Playground } from "../../api.ts";
import { answerJson } from "../answer-json.ts";
import { explainErrors, nothingHere } from "../explain-error.ts";
import { addExportRoutes } from "../export-routes.ts";
import { queuesInFolders } from "../find-queue.ts";
import { OpenedRuns } from "../opened-runs.ts";
import { missingModels } from "../playground/own-models.ts";
import { storedQuestions } from "../playground/stored-questions.ts";
import { addQueueRoutes } from "../queue-routes.ts";
import { RolloutIndexes } from "../rollout-index/rollout-indexes.ts";
import { addRolloutRoutes } from "../rollout-routes.ts";
import type { RunFolders } from "../run-folders.ts";
import { RunReports } from "../run-reports.ts";
import { addRunRoutes } from "../run-routes.ts";
import { RunTokenizers } from "../run-tokenizers.ts";

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
  addRunRoutes(app, { opened, hasQueue: (folder) => runQueuePlace(folder, false) !== null });
  addRolloutRoutes(app, { opened, indexes, tokenizers: new RunTokenizers() });
  addQueueRoutes(app, queuesInFolders(folders));
  addExportRoutes(app, { opened, indexes, reports: new RunReports() });
  app.get("/api/runs/:id/playground", (context) => {
    const reader = opened.reader(context.req.param("id"));
    return answerJson(context, {
      questions: storedQuestions(reader.opened()),
      missing: missingModels(reader.folder),
    } satisfies Playground);
  });
  return app;
}
