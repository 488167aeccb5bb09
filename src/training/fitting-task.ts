import { measurePrompts, tooLongError } from "../asking/prompt-room.ts";
import { listed, problemSet } from "../data/problem-set.ts";
import { OptionError } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Dataset } from "../records/dataset.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";

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

/** Of larger splits so many problems are looked at, evenly; the others when they are drawn. */
const MOST_MEASURED = 20_000;

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
  const measure = (problems: readonly Problem[]): void => {
    const { longest, tooLong } = measurePrompts(model, template, problems, completion);
    if (tooLong.length > 0 && !options.dropLong) throw tooLongError(model, tooLong, problems.length);
    longestPrompt = Math.max(longestPrompt, longest);
    for (const { problem } of tooLong) left.add(problem.id);
  };
  for (const split of options.splits) measure(await someOf(problemSet(task, split)));
  if (options.general) measure(task.general!.problems("train"));
  if (left.size === 0) return { task, longestPrompt, note: null };
  const fitting = without(task, left);
  for (const split of options.splits)
    if (problemSet(fitting, split).length === 0)
      throw new OptionError(
        `Expected the split ${split} of the task ${task.name} to have prompts that fit the model's ${model.config.maxPositions} positions, got none; use a model with a longer context, or shorter questions.`,
      );
  const note = `${left.size} problems are left out: their prompts and ${options.maxCompletionTokens} tokens of a completion don't fit the model's ${model.config.maxPositions} positions.`;
  return { task: fitting, longestPrompt, note };
}

async function someOf(problems: Dataset<Problem>): Promise<readonly Problem[]> {
  const count = Math.min(problems.length, MOST_MEASURED);
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * problems.length) / count));
  return Promise.all(places.map((place) => problems.at(place)));
}

/** The task without some problems; large data sets are drawn from as they are, and measured when they are drawn. */
function without(task: Task, left: ReadonlySet<string>): Task {
  const problems = (split: Split): readonly Problem[] => task.problems(split).filter(({ id }) => !left.has(id));
  const dataset = (split: Split): Dataset<Problem> => {
    const all = problemSet(task, split);
    return all.length > MOST_MEASURED ? all : listed(all.name, problems(split));
  };
  return { ...task, problems, dataset };
}
