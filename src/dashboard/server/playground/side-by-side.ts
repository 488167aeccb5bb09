import { COMMON } from "../../../options/index.ts";
import { openServedModel, type ServedModel } from "../../../server/served-model.ts";
import { openRunStore, type RunConfig } from "../../../store/index.ts";
import { runTaskOf, type RunTask } from "../../../store/run-task.ts";
import { TASK_NAMES } from "../../../tasks/index.ts";
import { OWN_TEMPLATE } from "../../../training/run-values.ts";
import type { PlaygroundSide } from "../../api.ts";
import { ownModel } from "./own-models.ts";
import { PLAYGROUND_LIMITS } from "./playground-limits.ts";
import { configText, storedFrame, type QuestionFrame } from "./stored-questions.ts";

/**
 * The base and the trained model of a run, each opened when it is first asked. Nothing that the run's config names is
 * loaded: of tasks only those that come with the package.
 */
export class SideBySide {
  /** What stood around the run's questions; null where its prompts don't show it. */
  readonly frame: QuestionFrame | null;
  readonly task: RunTask | null;
  private readonly config: RunConfig;
  private readonly opened = new Map<PlaygroundSide, Promise<ServedModel>>();

  /** @throws RunError for a run that can't be read */
  constructor(private readonly folder: string) {
    const store = openRunStore(folder, { readOnly: true });
    try {
      this.config = store.config;
      this.frame = storedFrame(store);
      this.task = runTaskOf(store.config);
    } finally {
      store.close();
    }
  }

  /** @throws CheckpointError, OptionError, TokenizerError for a model that isn't there or can't be asked */
  async model(side: PlaygroundSide): Promise<ServedModel> {
    const opening = this.opened.get(side) ?? this.openModel(side);
    this.opened.set(side, opening);
    try {
      return await opening;
    } catch (error) {
      this.opened.delete(side);
      throw error;
    }
  }

  private async openModel(side: PlaygroundSide): Promise<ServedModel> {
    const { config } = this;
    const [task, template] = [configText(config, "task"), configText(config, "template")];
    return openServedModel(ownModel(this.folder, side), {
      name: side,
      // Any task of the package does where the run's isn't one: it lends no more than the form of an answer.
      task: TASK_NAMES.includes(task) ? task : COMMON.task.fallback,
      template: template === OWN_TEMPLATE ? "" : template,
      system: configText(config, "system"),
      thinking: config["thinking"] !== false,
      asTrained: true,
      slots: PLAYGROUND_LIMITS.samples,
      context: 0,
      workers: 0,
    });
  }
}
