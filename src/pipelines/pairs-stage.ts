import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { balanceLengths, makePairs, type RatedCompletion } from "../data/preference-pairs.ts";
import type { TeacherCompletion } from "../distillation/filter-completions.ts";
import { sampleCandidates } from "../distillation/sample-candidates.ts";
import { openModel } from "../evaluation/open-model.ts";
import { randomKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import { loadTask, type Task } from "../tasks/index.ts";
import type { Source, Stage, StageContext, StageRunner } from "./stage-runner.ts";

export interface PairsOptions {
  readonly task: string;
  /**
   * `rule`: the verifier's verdict rates reasoning completions; `preference`: people's liking rates answers to general
   * prompts.
   */
  readonly rating: "rule" | "preference";
  /** Problems of the training split; 0 for all. */
  readonly problems: number;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  /** The least by which the ratings of a pair differ. */
  readonly gap: number;
  readonly perPrompt: number;
  readonly seed: number;
  readonly workers: number;
}

/** The file of a pairs stage that a reward model is trained on. */
export const PAIRS_FILE = "pairs.jsonl";

export interface PairsSummary {
  readonly pairs: number;
  /** Pairs that were left out, so that neither side is the longer more often. */
  readonly unbalanced: number;
}

export interface PairsStageSettings {
  readonly name: string;
  /** Whose completions are compared. */
  readonly policy: Source;
  readonly options: PairsOptions;
  readonly expectedSeconds: number;
}

/** Preference pairs of balanced lengths from a policy's own completions. */
export function pairsStage(runner: StageRunner, settings: PairsStageSettings): Stage<PairsSummary> {
  const { name, policy, options, expectedSeconds } = settings;
  return runner.define({
    name,
    title: "preference pairs",
    inputs: [policy],
    options,
    expectedSeconds,
    outputs: [PAIRS_FILE],
    work: (folder, context) => writePairs(folder, policy, options, context),
  });
}

async function writePairs(
  folder: string,
  policy: Source,
  options: PairsOptions,
  { signal }: StageContext,
): Promise<PairsSummary> {
  const task = await loadTask(options.task);
  const opened = await openModel(policy.folder, "", options.task);
  const all = options.rating === "rule" ? task.problems("train") : task.general!.problems("train");
  const problems = options.problems > 0 ? all.slice(0, options.problems) : all;
  const completions = await sampleCandidates(
    opened,
    task,
    { ...options, problems, journal: join(folder, "samples.jsonl") },
    signal === undefined ? {} : { signal },
  );
  const rated = problems.map((problem) => ratedCompletions(task, problem, completions, options.rating));
  const made = makePairs(rated, { ...options, key: randomKey(options.seed) });
  const pairs = balanceLengths(made);
  await writeFile(join(folder, PAIRS_FILE), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  return { pairs: pairs.length, unbalanced: made.length - pairs.length };
}

/** The finished completions of a problem, each with its rating. */
function ratedCompletions(
  task: Task,
  { id }: Problem,
  completions: readonly TeacherCompletion[],
  rating: PairsOptions["rating"],
): RatedCompletion[] {
  return completions
    .filter(({ problem, status }) => problem.id === id && status === "finished")
    .map((completion) => ({
      prompt: completion.prompt,
      text: completion.text,
      rating: rating === "rule" ? byRule(completion) : task.general!.preference(completion.problem, completion.text),
    }));
}

function byRule({ verdict }: TeacherCompletion): number {
  return verdict.kind === "right" ? 1 : 0;
}
