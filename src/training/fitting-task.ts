import { measurePrompts, tooLongError } from "../asking/prompt-room.ts";
import { listed, problemSet } from "../data/problem-set.ts";
import { OptionError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { spreadPlaces } from "../numbers/spread.ts";

/** A task whose prompts fit a model, and how long the longest is. */
export interface FittingTask {
  readonly task: Task;
  /** In tokens. */
  readonly longestPrompt: number;
  /** What was left out, in words; null for nothing. */
  readonly note: string | null;
}

export interface FittingOptions {
  readonly maxCompletionTokens: number;
  readonly dropLong: boolean;
  /** The splits whose problems are asked. */
  readonly splits: readonly Split[];
  /** Whether general prompts are asked too. */
  readonly general: boolean;
}

/** Of larger splits so many problems are looked at, evenly, and the longest; the others when they are drawn. */
const MOST_MEASURED = 20_000;
/** Where a data set knows its longest questions, so many of them and as many evenly tell enough, if all are far from
 * the limit. */
const LONGEST_MEASURED = 1000;
/** What a prompt may have more than the longest that was looked at. */
const MARGIN = 1.25;

/**
 * Looks through the prompts of a task before anything is trained on them: those that are too long are an error, or are
 * left out.
 *
 * @throws OptionError naming the longest; TokenizerError naming a problem that the tokenizer can't read
 */
export async function fitTask(
  model: Pick<Checkpoint, "config" | "tokenizer">,
  template: PromptTemplate,
  task: Task,
  options: FittingOptions,
): Promise<FittingTask> {
  const completion = options.dropLong ? options.maxCompletionTokens : 1;
  let longestPrompt = 0;
  const left = new Set<string>();
  const partly = new Set<Split>();
  const measure = (problems: readonly Problem[]): void => {
    const { longest, tooLong } = measurePrompts(model, template, problems, completion);
    if (tooLong.length > 0 && !options.dropLong) throw tooLongError(model, tooLong, problems.length);
    longestPrompt = Math.max(longestPrompt, longest);
    for (const { problem } of tooLong) left.add(problem.id);
  };
  for (const split of options.splits) {
    const all = problemSet(task, split);
    const few = await longestOf(all);
    const { longest, tooLong } = measurePrompts(model, template, few, completion);
    const clear = few.length > 0 && tooLong.length === 0 && MARGIN * longest + completion <= model.config.maxPositions;
    if (clear) longestPrompt = Math.max(longestPrompt, longest);
    else measure([...new Map([...few, ...(await someOf(all))].map((one) => [one.id, one])).values()]);
    if (clear || all.length > MOST_MEASURED) partly.add(split);
  }
  if (options.general) measure(task.general!.problems("train"));
  if (left.size === 0 && partly.size === 0) return { task, longestPrompt, note: null };
  const room = model.config.maxPositions - options.maxCompletionTokens;
  if (partly.size > 0) longestPrompt = Math.max(longestPrompt, Math.min(Math.ceil(MARGIN * longestPrompt), room));
  const limit = { config: { maxPositions: longestPrompt + completion }, tokenizer: model.tokenizer };
  const measured = { limit, completion, dropLong: options.dropLong, template };
  const fitting = without(task, left, { ...measured, partly });
  if (left.size === 0) return { task: fitting, longestPrompt, note: null };
  for (const split of options.splits)
    if (problemSet(fitting, split).length === 0)
      throw new OptionError(
        `Expected the split ${split} of the task ${task.name} to have prompts that fit the model's ${model.config.maxPositions} positions, got none; use a model with a longer context, or shorter questions.`,
      );
  const note = `${left.size} problems are left out: their prompts and ${options.maxCompletionTokens} tokens of a completion don't fit the model's ${model.config.maxPositions} positions.`;
  return { task: fitting, longestPrompt, note };
}

async function someOf(problems: Dataset<Problem>): Promise<readonly Problem[]> {
  return Promise.all(spreadPlaces(problems.length, MOST_MEASURED).map((place) => problems.at(place)));
}

/** The longest questions of a data set that knows them, and some evenly; none where it is small or doesn't. */
async function longestOf(problems: Dataset<Problem>): Promise<readonly Problem[]> {
  if (problems.longest === undefined || problems.length <= 2 * LONGEST_MEASURED) return [];
  const step = Math.floor(problems.length / LONGEST_MEASURED);
  const evenly = Array.from({ length: LONGEST_MEASURED }, (_, i) => i * step);
  const places = new Set([...problems.longest(LONGEST_MEASURED), ...evenly]);
  return Promise.all([...places].map((place) => problems.at(place)));
}

/** How a problem of large data is measured when it is drawn. */
interface DrawnLimit {
  readonly limit: Pick<Checkpoint, "tokenizer"> & { readonly config: Pick<Checkpoint["config"], "maxPositions"> };
  readonly completion: number;
  readonly dropLong: boolean;
  readonly template: PromptTemplate;
  /** Splits that were not measured whole. */
  readonly partly: ReadonlySet<Split>;
}

/**
 * A large data set whose problems are measured as they are drawn: one that is too long is an error that names it, or
 * the next one that fits stands for it, so that the same place gives the same problem.
 */
function measuredWhenDrawn(
  all: Dataset<Problem>,
  { limit, completion, dropLong, template }: Omit<DrawnLimit, "partly">,
): Dataset<Problem> {
  return {
    ...all,
    digest: all.digest,
    async at(index) {
      for (let tried = 0; tried < Math.min(MOST_MEASURED, all.length); tried++) {
        const problem = await all.at((index + tried) % all.length);
        const { tooLong } = measurePrompts(limit, template, [problem], completion);
        if (tooLong.length === 0) return problem;
        if (!dropLong) throw tooLongError(limit, tooLong, all.length);
      }
      throw new OptionError(
        `Expected ${all.name} to have prompts that fit the model's ${limit.config.maxPositions} positions, got ${MOST_MEASURED} in a row that don't; use a model with a longer context, or shorter questions.`,
      );
    },
  };
}

/** The task without some problems; those of large data sets are measured when they are drawn. */
function without(task: Task, left: ReadonlySet<string>, measured: DrawnLimit): Task {
  const problems = (split: Split): readonly Problem[] => task.problems(split).filter(({ id }) => !left.has(id));
  const dataset = (split: Split): Dataset<Problem> => {
    const all = problemSet(task, split);
    return measured.partly.has(split) ? measuredWhenDrawn(all, measured) : listed(all.name, problems(split));
  };
  return { ...task, problems, dataset };
}
