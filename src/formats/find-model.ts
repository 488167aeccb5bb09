import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { shellWord } from "../text/shell-word.ts";

/** The trained model of a run's folder, whether it is there yet or not; null for what is no run. */
export function trainedModel(folder: string): string | null {
  return existsSync(join(folder, "run.db")) ? join(folder, "final") : null;
}

/**
 * Which model a name stands for: the trained model of a run, or what the name says, a folder, a GGUF file or a model of
 * the hub. Nothing is fetched.
 *
 * @throws CheckpointError for a run that has no trained model yet
 */
export function findModel(modelOrRun: string): { readonly model: string; readonly isRun: boolean } {
  const trained = trainedModel(modelOrRun);
  if (trained !== null && !existsSync(trained))
    throw new CheckpointError(
      `Expected ${modelOrRun} to hold a trained model in final/, found none; go on with \`aha resume ${shellWord(modelOrRun)}\`, or name one of its checkpoints.`,
    );
  return { model: trained ?? modelOrRun, isRun: trained !== null };
}
