import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { loadCheckpoint, type Checkpoint } from "../model/checkpoint.ts";
import { findTemplate, type PromptTemplate } from "../prompts/index.ts";
import { openRunStore } from "../runs/index.ts";

/** A model with what is known of how to ask it. */
export interface OpenedModel {
  readonly checkpoint: Checkpoint;
  readonly template: PromptTemplate;
  /** The task of its run; undefined for a model folder. */
  readonly task: string | undefined;
}

/**
 * Opens a model folder, or the trained model of a run.
 *
 * @throws CheckpointError for a folder that is neither, or a run that has no trained model yet
 */
export async function openModel(modelOrRun: string): Promise<OpenedModel> {
  const isRun = existsSync(join(modelOrRun, "run.db"));
  const folder = isRun ? join(modelOrRun, "final") : modelOrRun;
  if (isRun && !existsSync(folder)) throw new CheckpointError(`Expected ${modelOrRun} to hold a trained model in final/, found none; go on with \`aha resume ${modelOrRun}\`, or name one of its checkpoints.`);
  const checkpoint = await loadCheckpoint(folder);
  return { checkpoint, template: findTemplate(templateNameFor(checkpoint)), task: isRun ? taskOf(modelOrRun) : undefined };
}

/** The name of the template that fits a model: the compact one for tokenizers that were made with it. */
export function templateNameFor({ tokenizer }: Checkpoint): string {
  const compact = ["<think>", "<answer>", ":"].every((word) => tokenizer.tokenToId(word) !== undefined) && tokenizer.vocabSize < 1000;
  return compact ? "compact" : "r1-zero";
}

function taskOf(runFolder: string): string | undefined {
  const store = openRunStore(runFolder, { readOnly: true });
  const { task } = store.config;
  store.close();
  return typeof task === "string" ? task : undefined;
}
