import { measureEmergence } from "../emergence/index.ts";
import { judgedAs } from "../judging/judge.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import { recordedLength } from "../numbers/recorded-length.ts";
import { sum, sumOf } from "../numbers/sum.ts";
import type { RecordedEmergence } from "../records/emergence-metrics.ts";
import type { RecordedStep } from "../records/metrics.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, StoredRollout } from "../records/rollout.ts";
import type { Task } from "../tasks/index.ts";
import { countReasons, groupScores, verdictReason } from "../verifiers/verdict-score.ts";
import type { ForeignRollout } from "./foreign-rollout.ts";
import type { LoggedStep } from "./read-trl.ts";

/** A step of another engine. */
export interface ForeignStep {
  readonly step: number;
  readonly rollouts: readonly ForeignRollout[];
  /** What its log says of the optimizer steps that it has. */
  readonly logged: readonly LoggedStep[];
}

export interface ImportContext {
  readonly task: Task;
  /** @throws RunError for an id that the recipe hasn't */
  readonly problem: (id: string) => Problem;
  readonly groupSize: number;
  /** Optimizer steps of a step. */
  readonly updates: number;
}

/** A step as the store keeps it. */
export interface ImportedStep {
  readonly metrics: RecordedStep;
  readonly rollouts: readonly StoredRollout[];
}

interface Row {
  readonly stored: StoredRollout;
  readonly judged: JudgedRollout;
  readonly truncated: boolean | null;
}

/** Puts a step together from its completions, by problem; engines order them by length. */
export function importStep({ step, rollouts, logged }: ForeignStep, context: ImportContext): ImportedStep {
  const version = (step - 1) * context.updates;
  const groups = groupsOf(rollouts, context.groupSize).map((group, problemIndex) => {
    const signal = hasSignal(group.map(({ reward }) => reward));
    return group.map((rollout, sample) => rowOf(rollout, { step, problemIndex, sample, version, signal }, context));
  });
  return {
    metrics: metricsOf(step, groups, logged, context),
    rollouts: groups.flat().map(({ stored }) => stored),
  };
}

/** Completions of one problem, in the order in which it came; a problem that was drawn twice has two groups. */
function groupsOf(rollouts: readonly ForeignRollout[], groupSize: number): ForeignRollout[][] {
  const open = new Map<string, ForeignRollout[]>();
  const groups: ForeignRollout[][] = [];
  for (const rollout of rollouts) {
    const group = open.get(rollout.problem);
    if (group !== undefined && group.length < groupSize) {
      group.push(rollout);
      continue;
    }
    const fresh = [rollout];
    open.set(rollout.problem, fresh);
    groups.push(fresh);
  }
  return groups;
}

interface RowPlace {
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
  readonly version: number;
  /** Whether the rewards of its group differ. */
  readonly signal: boolean;
}

function rowOf(
  { prompt, completion, problem: id, verdict, reward, advantage, tokens, truncated }: ForeignRollout,
  { step, problemIndex, sample, version, signal }: RowPlace,
  { task, problem: find }: ImportContext,
): Row {
  const problem = find(id);
  const stop = truncated === true ? ("length" as const) : ("end" as const);
  const rollout = { promptTokens: [], tokens, logprobs: [], text: completion, stop, version, sample };
  const stored: StoredRollout = {
    step,
    problemIndex,
    problemId: id,
    prompt,
    difficulty: problem.difficulty,
    rollout,
    reward: { total: reward, breakdown: {}, verdict },
    advantage: signal && reward !== null ? advantage : null,
  };
  return { stored, judged: judgedAs(task, { ...rollout, problem, prompt }, verdict), truncated };
}

function metricsOf(
  step: number,
  groups: readonly (readonly Row[])[],
  logged: readonly LoggedStep[],
  { task, updates }: ImportContext,
): RecordedStep {
  const all = groups.flat();
  const byProblem = groupScores(groups.map((group) => group.map(({ judged }) => judged.verdict)));
  const rewards = all.flatMap(({ stored }) => stored.reward.total ?? []);
  const unscored = all.filter(({ stored }) => stored.reward.total === null);
  const lengths = all.map(({ judged }) => recordedLength(judged.tokens.length, judged.stop));
  const measured = lengths.every((length) => length !== null);
  const meanOf = (field: keyof LoggedStep): number | null => {
    const said = logged.flatMap((row) => row[field] ?? []);
    return said.length === 0 ? null : mean(said);
  };
  const seconds = logged.flatMap((row) => row.seconds ?? []);
  return {
    step,
    accuracy: byProblem.length === 0 ? null : mean(byProblem),
    accuracyError: standardError(byProblem),
    rewardMean: mean(rewards),
    rewardByPart: {},
    formatShare: mean(all.map(({ judged }) => Number(judged.parsed.wellFormed))),
    truncatedShare: all.every(({ truncated }) => truncated !== null)
      ? mean(all.map(({ truncated }) => Number(truncated)))
      : null,
    signalShare: mean(groups.map((group) => Number(hasSignal(group.map(({ stored }) => stored.reward.total))))),
    unverifiable: {
      count: unscored.length,
      reasons: countReasons(unscored.map(({ judged }) => verdictReason(judged.verdict) ?? "no reward")),
    },
    rollouts: all.length,
    completionTokens: measured ? sum(lengths) : null,
    emergence: emergenceOf(
      all.map(({ judged }) => judged),
      measured,
      task,
    ),
    loss: meanOf("loss"),
    gradNorm: meanOf("gradNorm"),
    clipFraction: meanOf("clipFraction"),
    kl: meanOf("kl"),
    entropy: meanOf("entropy"),
    samplerGap: null,
    samplerGapMax: null,
    learningRate: logged.at(-1)?.learningRate ?? null,
    updates: step * updates,
    trainedTokens: null,
    rolloutSeconds: null,
    rewardSeconds: null,
    updateSeconds: null,
    seconds: seconds.length === 0 ? null : sum(seconds),
    tokensPerSecond:
      seconds.length === 0 || !measured || sum(seconds) === 0 ? null : sumOf(lengths, Number) / sum(seconds),
  };
}

function hasSignal(rewards: readonly (number | null)[]): boolean {
  const known = rewards.filter((reward) => reward !== null);
  return known.some((reward) => reward !== known[0]);
}

/** What takes lengths is absent where they weren't recorded. */
function emergenceOf(judged: readonly JudgedRollout[], measured: boolean, task: Task): RecordedEmergence {
  const found = measureEmergence(judged, { taskReflectiveWords: task.reflectiveWords ?? [] });
  if (measured) return found;
  return {
    ...found,
    meanLength: null,
    rightLength: null,
    wrongLength: null,
    truncatedLength: null,
    paperReflectionRate: null,
    taskReflectionRate: null,
    lengthByDifficulty: found.lengthByDifficulty.map(() => null),
    effortCorrelation: null,
  };
}
