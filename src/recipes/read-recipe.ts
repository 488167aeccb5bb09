import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { OptionError, RunError, show } from "../errors.ts";
import { isTrainedOnData } from "../data/open-data-task.ts";
import { loadCheckpoint, type Checkpoint } from "../formats/checkpoint.ts";
import { readOptionsFile } from "../host/options-file.ts";
import { taskToResume } from "../store/run-code.ts";
import { readRunConfig } from "../store/open-run.ts";
import { zeroSizeDefaults } from "../training/model-size.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import { resolveZeroOptions } from "../training/zero-options.ts";

/** What is exported: all options of a run of reinforcement learning, and its base. */
export interface Recipe {
  readonly options: ZeroOptions;
  readonly base: Checkpoint;
  /** What people call the base: its folder's name, or that of the run. */
  readonly baseName: string;
}

/** What a file of options leaves open. */
export interface RecipeFile {
  /** The base where it names none. */
  readonly base: string;
  /** Reads the prompt files that it names; its texts are the prompts themselves where absent. */
  readonly prompts?: (given: Partial<ZeroOptions>) => Promise<Partial<ZeroOptions>>;
}

const asTheyAre = (given: Partial<ZeroOptions>): Promise<Partial<ZeroOptions>> => Promise.resolve(given);

/**
 * Reads a recipe: that of a run, by its folder, or a file of options as a run is begun with.
 *
 * @param file the base of a file that names none, and what its texts stand for where they name files
 * @throws OptionError, RunError, CheckpointError for what can't be read, or is no recipe of reinforcement learning
 */
export async function readRecipe(recipe: string, file: RecipeFile): Promise<Recipe> {
  const found = await stat(recipe).catch(() => undefined);
  if (found === undefined)
    throw new OptionError(
      `Expected a run's folder or a file of options, got ${show(recipe)}, which is not there; correct the path.`,
    );
  if (found.isDirectory()) return recipeOfRun(recipe);
  return recipeOf(await (file.prompts ?? asTheyAre)(await readOptions(recipe)), file.base);
}

async function recipeOf(given: Partial<ZeroOptions>, otherwise: string): Promise<Recipe> {
  const base = typeof given.base === "string" && given.base !== "" ? given.base : otherwise;
  // Mistakes in the options are told before a model is read.
  const { lora } = resolveZeroOptions({ ...given, base });
  const model = await loadCheckpoint(base);
  return {
    base: model,
    baseName: basename(base),
    options: resolveZeroOptions({ ...given, base }, zeroSizeDefaults(model.config, lora)),
  };
}

async function recipeOfRun(folder: string): Promise<Recipe> {
  const config = readRunConfig(folder);
  const { kind, values, imported } = config;
  if (kind !== "zero" || imported !== undefined)
    throw new RunError(
      `Expected ${show(folder)} to be a run of zero, got ${imported === undefined ? `one of ${show(kind)}` : `one that ${show(imported)} made`}; only the recipe of reinforcement learning goes to another engine.`,
    );
  if (values !== undefined)
    throw new RunError(
      `Expected the run in ${show(folder)} to name all that it is made of, got ${Object.keys(values as object).join(", ")} that a program gave it; export a run of named parts.`,
    );
  const {
    kind: _k,
    baseSha256: _b,
    taskSha256: _t,
    dataSha256: _d,
    changes: _c,
    rewardModelSha256,
    ...options
  } = config;
  if (rewardModelSha256 !== undefined)
    throw new OptionError(
      `Expected a recipe without a \`rewardModel\`, got the run in ${show(folder)}, which has one; the reward server judges by rules.`,
    );
  const task = isTrainedOnData(config) ? "" : taskToResume({ folder, config });
  const given = { ...(options as Partial<ZeroOptions>), task, base: join(folder, "checkpoints", "step-0") };
  return { ...(await recipeOf(given, "")), baseName: basename(resolve(folder)) };
}

async function readOptions(path: string): Promise<Partial<ZeroOptions>> {
  const { kind: _kind, ...options } = await readOptionsFile(path);
  return options as Partial<ZeroOptions>;
}
