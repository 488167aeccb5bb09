import { join } from "node:path";
import { OptionError, RunError, show, textArgument } from "../errors.ts";
import { BROWSER_TAB } from "../records/run-event.ts";
import { openRunStore } from "../store/index.ts";
import { recordedTask, taskToResume } from "../store/run-code.ts";
import { readRunConfig } from "../store/open-run.ts";
import { resumeSft } from "./run-sft.ts";
import { resumeZero } from "./run-zero.ts";
import type { ChangedOptions } from "./changed-options.ts";
import { checkValues, type RunValues } from "./run-values.ts";
import { noting, type RunContext, type TrainingSummary } from "./training-run.ts";

export interface ResumeContext extends RunContext {
  /** What the run began with that no config can hold. */
  readonly values?: RunValues;
  /**
   * Options in the place of the run's own, such as more `steps`. They are recorded; from there on the run has not the
   * bytes of one that was never changed.
   */
  readonly changes?: ChangedOptions;
  /** Where the run's data are, where they have moved. */
  readonly data?: string;
  /** The run's own task, named by the user: a module is code, which isn't run on the run's word alone. */
  readonly task?: string;
}

const RESUMERS: ReadonlyMap<unknown, typeof resumeZero> = new Map([
  ["zero", resumeZero],
  ["sft", resumeSft],
]);

/**
 * Goes on with a run of any kind from its newest checkpoint, to the same bytes as if it had never stopped, unless it
 * is given other options.
 *
 * @throws RunError for a run that names code which this user neither named nor ran before, before anything is written
 */
export async function resumeRun(runFolder: string, resumed: ResumeContext = {}): Promise<TrainingSummary> {
  textArgument("run", runFolder);
  const { task: given, values = {}, changes = {}, data, ...context } = resumed;
  const config = readRunConfig(runFolder);
  if (config["imported"] === BROWSER_TAB)
    throw new RunError(
      `Expected a run with checkpoints, got one that a browser tab made, which keeps none; begin another from its model, ${join(runFolder, "final")}.`,
    );
  if (config["imported"] !== undefined)
    throw new RunError(
      `Expected a run that was made here, got one that was imported from ${show(config["imported"])}; go on with it there.`,
    );
  checkValues(runFolder, config, values);
  const { kind } = config;
  const resume = RESUMERS.get(kind);
  if (resume === undefined) {
    const came = `got one of ${show(kind)}; this version can't go on with it`;
    throw new RunError(`Expected ${runFolder} to hold a run of zero or sft, ${came}.`);
  }
  if (kind !== "zero" && Object.keys(changes).length > 0)
    throw new OptionError(
      `Expected a run of reinforcement learning to go on with other options, got one of ${show(kind)}; begin another from its model.`,
    );
  const task = values.task === undefined ? taskToResume({ folder: runFolder, config }, given) : "";
  if (given !== undefined) await recordedTask(task, noting(context));
  const store = openRunStore(runFolder);
  try {
    return await resume(runFolder, task, store, { ...context, values, changes, data });
  } finally {
    store.close();
  }
}
