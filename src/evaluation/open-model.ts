import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import type { RunConfig } from "../store/index.ts";
import { taskToAsk } from "../store/run-code.ts";
import { readRunConfig } from "../store/run-store.ts";
import { loadTask } from "../tasks/index.ts";
import { findModel } from "./find-model.ts";
import { openTemplate, type ModelTemplate } from "../asking/model-template.ts";

/** A model with what is known of how to ask it. */
export interface OpenedModel extends Omit<ModelTemplate, "name"> {
  readonly checkpoint: Checkpoint;
  readonly templateName: string;
  /** The task that was named, or that of its run; undefined for a model folder without. */
  readonly task: string | undefined;
  /** Whether it is the trained model of a run, which is asked as it was trained. */
  readonly isRun: boolean;
}

/**
 * Opens a model folder, or the trained model of a run.
 *
 * @param template how to ask: a name or a text of one's own; that of the run or the one that fits the model where empty
 * @param taskName what it will be asked; the task of the run where empty
 * @throws CheckpointError for a folder that is neither, or a run that has no trained model yet
 * @throws RunError for a run that names code, where no task was named: what a run's folder names isn't run
 * @throws OptionError, TokenizerError for a template that is unknown or can't be used with this model
 */
export async function openModel(
  modelOrRun: string,
  template: string = "",
  taskName: string = "",
): Promise<OpenedModel> {
  const { model, isRun } = findModel(modelOrRun);
  const config: RunConfig = isRun ? readRunConfig(modelOrRun) : { kind: "" };
  const task = taskToAsk({ folder: modelOrRun, config }, taskName);
  const checkpoint = await loadCheckpoint(model);
  const examples = task === "" ? [] : (await loadTask(task)).examples;
  const { name, ...asked } = await openTemplate(
    checkpoint,
    template === "" ? textOf(config["template"]) : template,
    examples,
  );
  return { checkpoint, ...asked, templateName: name, task: task === "" ? undefined : task, isRun };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
