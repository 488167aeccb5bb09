import { join } from "node:path";
import { balanceLengths, makePairs, type RatedCompletion } from "../data/preference-pairs.ts";
import type { TeacherCompletion } from "../distillation/filter-completions.ts";
import type { RejectionOptions } from "../distillation/rejection-options.ts";
import { judgeCandidates, sampleCandidates } from "../distillation/sample-candidates.ts";
import { loadSubject } from "../evaluation/open-subject.ts";
import { randomKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import { evaluationContext } from "./evaluation-context.ts";
import { PAIRS_RESULT } from "./result-shapes.ts";
import { writeNewFile } from "../host/plain-files.ts";
import type { Source, Stage, StageContext, StageRunner } from "./stage-runner.ts";

export interface PairsOptions
  extends
    Pick<
      RejectionOptions,
      "task" | "problems" | "samples" | "temperature" | "maxCompletionTokens" | "seed" | "workers"
    >,
    Partial<Pick<RejectionOptions, "device">> {
  /**
   * `rule`: the verifier's verdict rates reasoning completions; `preference`: people's liking rates answers to general
   * prompts.
   */
  readonly rating: "rule" | "preference";
  /** The least by which the ratings of a pair differ. */
  readonly gap: number;
  readonly perPrompt: number;
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
    resultShape: PAIRS_RESULT,
    outputs: [PAIRS_FILE],
    work: (folder, context) => writePairs(folder, policy, options, context),
  });
}

async function writePairs(
  folder: string,
  policy: Source,
  options: PairsOptions,
  context: StageContext,
): Promise<PairsSummary> {
  const subject = await loadSubject(policy.folder, { task: options.task });
  const { task } = subject;
  const all = options.rating === "rule" ? task.problems("train") : task.general!.problems("train");
  const problems = options.problems > 0 ? all.slice(0, options.problems) : all;
  const watched = evaluationContext(context);
  const sampling = { ...options, problems, journal: join(folder, "samples.jsonl") };
  const completions = await judgeCandidates(subject, watched, (judge) =>
    sampleCandidates(subject, judge, sampling, watched),
  );
  const rated = problems.map((problem) => ratedCompletions(task, problem, completions, options.rating));
  const made = makePairs(rated, { ...options, key: randomKey(options.seed) });
  const pairs = balanceLengths(made);
  writeNewFile(join(folder, PAIRS_FILE), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  return { pairs: pairs.length, unbalanced: made.length - pairs.length };
}

/** The finished completions of a problem, each with its rating; without those that no rule could decide on. */
function ratedCompletions(
  task: Task,
  { id }: Problem,
  completions: readonly TeacherCompletion[],
  rating: PairsOptions["rating"],
): RatedCompletion[] {
  const rate = ({ problem, text, verdict }: TeacherCompletion): number | null =>
    rating === "rule" ? verdictScore(verdict) : task.general!.preference(problem, text);
  return completions
    .filter(({ problem, stop }) => problem.id === id && stop === "end")
    .flatMap((completion) => {
      const rated = rate(completion);
      return rated === null ? [] : [{ prompt: completion.prompt, text: completion.text, rating: rated }];
    });
}
