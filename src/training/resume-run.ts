import { RunError, show } from "../errors.ts";
import { openRunStore } from "../store/index.ts";
import { resumeSft } from "./run-sft.ts";
import { resumeZero } from "./run-zero.ts";
import type { RunContext, TrainingSummary } from "./training-run.ts";

/** Goes on with a run of any kind from its newest checkpoint, to the same bytes as if it had never stopped. */
export async function resumeRun(runFolder: string, context: RunContext = {}): Promise<TrainingSummary> {
  const store = openRunStore(runFolder);
  const { kind } = store.config;
  if (kind === "zero") return resumeZero(runFolder, store, context);
  if (kind === "sft") return resumeSft(runFolder, store, context);
  store.close();
  throw new RunError(
    `Expected ${runFolder} to hold a run of zero or sft, got one of ${show(kind)}; this version can't go on with it.`,
  );
}
