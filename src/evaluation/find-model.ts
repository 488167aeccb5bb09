import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";

/**
 * Where the model is that a name stands for: the trained model of a run, or what the name says, a folder, a GGUF file
 * or a model of the hub.
 *
 * @throws CheckpointError for a run that has no trained model yet
 */
export function findModel(modelOrRun: string): { readonly model: string; readonly isRun: boolean } {
  const isRun = existsSync(join(modelOrRun, "run.db"));
  const model = isRun ? join(modelOrRun, "final") : modelOrRun;
  if (isRun && !existsSync(model))
    throw new CheckpointError(
      `Expected ${modelOrRun} to hold a trained model in final/, found none; go on with \`aha resume ${modelOrRun}\`, or name one of its checkpoints.`,
    );
  return { model, isRun };
}
