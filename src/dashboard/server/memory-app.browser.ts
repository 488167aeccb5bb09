import { Hono } from "hono";
import { show } from "../../errors.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { RunList } from "../api.ts";
import { answerJson } from "./answer-json.ts";
import { describeRun } from "./describe-run.ts";
import { explainErrors, nothingHere } from "./explain-error.ts";
import { OpenedRuns } from "./opened-runs.ts";
import { RequestError } from "./request-error.ts";
import { RolloutIndexes } from "./rollout-index/rollout-indexes.ts";
import { addRolloutRoutes } from "./rollout-routes.ts";
import { addRunRoutes } from "./run-routes.ts";

/** Runs that lie in memory, under names that take the place of folders. */
export interface MemoryRuns {
  readonly names: () => readonly string[];
  /** Of the model that a run trains; null where it isn't at hand. */
  readonly tokenizerOf: (name: string) => Promise<Tokenizer | null>;
  /** Takes the errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

/** The routes of `api.ts` that read runs, where no server is: a page has no queue, no models and no files. */
export function memoryApp({ names, tokenizerOf, onMistake }: MemoryRuns): Hono {
  const folders = {
    folderOf: (id: string): string => {
      if (names().includes(id)) return id;
      throw new RequestError(404, `Expected the name of a run in this page, got ${show(id)}.`);
    },
  };
  const opened = new OpenedRuns(folders);
  const indexes = new RolloutIndexes(folders, () => undefined);
  const app = new Hono();
  app.onError(explainErrors(onMistake));
  app.notFound(nothingHere);
  app.get("/api/runs", (context) => {
    const runs = names().map((name) => describeRun(name, name));
    return answerJson(context, { folder: "this page", runs } satisfies RunList);
  });
  addRunRoutes(app, { opened, hasQueue: () => false });
  addRolloutRoutes(app, { opened, indexes, tokenizers: { of: tokenizerOf } });
  return app;
}
