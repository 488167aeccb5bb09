import { sha256Of } from "../host/sha256.ts";
import type { AlgorithmValue } from "../algorithms/algorithm.ts";
import { problemSet } from "../data/problem-set.ts";
import { OptionError, RunError, show } from "../errors.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { SPLITS } from "../records/problem.ts";
import type { RunConfig } from "../records/run-event.ts";
import { checkParts, type RewardPart } from "../rewards/index.ts";
import { TASK_NAMES, type Task } from "../tasks/index.ts";

/** What a program gives a run that no config can hold; what is absent, the run's options say by name. */
export interface RunValues {
  readonly task?: Task | undefined;
  readonly template?: PromptTemplate | undefined;
  /** In the place of those that the options weigh. */
  readonly rewards?: readonly RewardPart[] | undefined;
  readonly algorithm?: AlgorithmValue | undefined;
}

/** How a run's config names a value: by what it is called, and by its source. */
export interface ValueName {
  readonly name: string;
  /** SHA-256 of its source text and, of a task, of its problems: 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The name that a config has in the place of a template that is a value. */
export const OWN_TEMPLATE = "own";

/** Each value of a run by its name; what isn't given, or is said by options alone, has none. */
export function nameValues({ task, template, rewards, algorithm }: RunValues): Readonly<Record<string, ValueName>> {
  const named: Record<string, ValueName> = {};
  if (task !== undefined) named["task"] = taskValue(task);
  if (template !== undefined) named["template"] = { name: template.name, sha256: sourceHash([template]) };
  for (const part of rewards ?? []) named[`reward ${part.name}`] = rewardValue(part);
  if (algorithm?.open !== undefined)
    named["algorithm"] = { name: algorithm.name, sha256: sourceHash([algorithm.open]) };
  return named;
}

/**
 * Whether the values that a resume was given are those that the run began with.
 *
 * @throws RunError naming each that is missing, or differs
 */
export function checkValues(runFolder: string, { values }: RunConfig, given: RunValues): void {
  const recorded = (values ?? {}) as Readonly<Record<string, ValueName>>;
  const came = nameValues(given);
  const of = `the run in ${show(runFolder)}`;
  for (const [what, { name, sha256 }] of Object.entries(recorded)) {
    const value = came[what];
    const called = `${what.split(" ")[0]!} ${show(name)}`;
    if (value === undefined)
      throw new RunError(
        `Expected the ${called} that ${of} began with, which no config can hold, got none; give the same value to \`train\` with \`resume: true\`.`,
      );
    if (value.sha256 !== sha256)
      throw new RunError(
        `Expected the ${called} as ${of} began with it, got another source; go on with the same, or begin a run in another folder.`,
      );
  }
  const extra = Object.keys(came).find((what) => recorded[what] === undefined);
  if (extra !== undefined)
    throw new RunError(`Expected what ${of} began with, got a ${extra} besides; leave it out, or begin another run.`);
}

/**
 * Told before a model is read.
 *
 * @throws OptionError for parts of a reward that can't be used, or a task that would be taken for another
 */
export function checkRunValues({ rewards, task, algorithm }: RunValues): void {
  if (rewards !== undefined) checkParts(rewards);
  if (algorithm !== undefined && typeof algorithm?.name !== "string")
    throw new OptionError(
      `Expected \`algorithm\` to be made by grpo, ppo, rloo or defineAlgorithm, got ${show(algorithm)}.`,
    );
  if (task !== undefined && TASK_NAMES.includes(task.name))
    throw new OptionError(
      `Expected a task of another name than the package's, got one called ${show(task.name)}; give the package's by its name alone.`,
    );
}

function taskValue(task: Task): ValueName {
  const { name, verify, attempts, attemptIsRight, answerKey, extract, answerForm = "" } = task;
  const { examples = [], reflectiveWords = [] } = task;
  const digests = SPLITS.map((split) => problemSet(task, split).digest);
  return {
    name,
    sha256: sourceHash([
      verify,
      attempts,
      attemptIsRight,
      answerKey,
      extract,
      answerForm,
      examples,
      reflectiveWords,
      digests,
      ...("judging" in task ? [task.judging] : []),
    ]),
  };
}

function rewardValue(part: RewardPart): ValueName {
  const score = "score" in part ? part.score : part.scoreGroup;
  return { name: part.name, sha256: sourceHash([score, part.weight]) };
}

/** Functions by their source text, all else as JSON. */
function sourceHash(values: readonly unknown[]): string {
  const text = values.map((value) => (typeof value === "function" ? value.toString() : JSON.stringify(value ?? null)));
  return sha256Of(text.join("\n"));
}
