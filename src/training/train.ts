import type { AlgorithmValue } from "../algorithms/algorithm.ts";
import { grpo } from "../algorithms/grpo.ts";
import { ppo } from "../algorithms/ppo.ts";
import { rloo } from "../algorithms/rloo.ts";
import type { AheadOptions } from "../algorithms/ahead/ahead-options.ts";
import type { RunOptions } from "../algorithms/run-options.ts";
import { OptionError, show, textArgument } from "../errors.ts";
import type { EvaluationOptions } from "../evaluation/evaluation-options.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { OptimizerOptions } from "../optimizer/optimizer-options.ts";
import { flatten, refuseUnknown, type PartialSet } from "../options/index.ts";
import type { EngineOptions } from "../policy/local/engine-options.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { accuracyReward, formatReward, languageConsistencyReward, type RewardPart } from "../rewards/index.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import type { Task } from "../tasks/index.ts";
import { Handoff } from "./handoff.ts";
import { resumeRun } from "./resume-run.ts";
import { runZero } from "./run-zero.ts";
import type { TrainingEvent } from "./training-event.ts";
import type { RunStep, TrainingSummary } from "./training-run.ts";
import { ZERO, type ZeroOptions } from "./zero-groups.ts";

const ALGORITHMS = { grpo, ppo, rloo } as const;
const REWARD_PARTS = {
  accuracy: (): RewardPart => accuracyReward(),
  format: (): RewardPart => formatReward(),
  language: (): RewardPart => languageConsistencyReward(),
} as const;

/** The package's algorithms and parts of rewards by name. */
export type AlgorithmName = keyof typeof ALGORITHMS;
export type RewardName = keyof typeof REWARD_PARTS;

/** What is trained, on what, by what: each a value or its name. Every group of options has its defaults. */
export interface TrainOptions extends Partial<Omit<RunOptions, "task" | "template">> {
  /** A model's folder, a .gguf file, `hf:owner/name`, an adapter's folder or a run's. */
  readonly model: string;
  /** A value (`defineTask`, `await dataTask("qa.jsonl")`), a name, or a module's path. */
  readonly task: Task | string;
  /** Where the run is written. */
  readonly folder: string;
  /** The parts of the reward, or the weights of the package's own; the right answer alone where absent. */
  readonly rewards?: readonly (RewardPart | RewardName)[] | Partial<RewardOptions>;
  /** GRPO where absent. */
  readonly algorithm?: AlgorithmValue | AlgorithmName;
  /** How problems are put: a function, a name, or a text with `{question}`; what fits the model where absent. */
  readonly template?: PromptTemplate | string;
  readonly sampling?: Partial<TrainingSamplingOptions>;
  readonly optimizer?: Partial<OptimizerOptions>;
  readonly engine?: Partial<EngineOptions>;
  readonly evaluation?: Partial<EvaluationOptions>;
  readonly judging?: Partial<JudgingOptions>;
  /** Rollouts written ahead of the updates; each step writes and judges its own where absent. */
  readonly ahead?: Partial<AheadOptions>;
  /** Goes on with the run in `folder`, by its own options, from its newest checkpoint; values are given again. */
  readonly resume?: boolean;
  /** Ends the run after the step under way, so that it can be resumed. */
  readonly signal?: AbortSignal;
  /** Takes what happens beside the steps: the preflight, evaluations, checkpoints. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * A run of training: its steps, one after the other, each made when it is asked for. Whoever leaves the loop ends the
 * run after the step that was made last, with a checkpoint to resume from.
 */
export interface Run extends AsyncIterable<RunStep> {
  readonly folder: string;
  /** What `evaluate` and `openModel` take: a run is a model by its folder. */
  readonly model: string;
  /** The run to its end: makes the steps that nobody has asked for. */
  finished(): Promise<TrainingSummary>;
}

const OWN_KEYS = ["model", "task", "folder", "rewards", "algorithm", "template", "resume", "signal", "onEvent"];

/**
 * Reinforcement learning from verifiable rewards, into a run folder: R1-Zero (arXiv:2501.12948, section 2.2) unless
 * told otherwise. Nothing begins before the first step or `finished()` is asked for.
 *
 * @throws OptionError here for an unknown name, with the nearest that is known; later what `runZero` throws
 */
export function train(options: TrainOptions): Run {
  // Data are a task: `await dataTask(...)`.
  const { run: runGroup, data: _data, ...groups } = ZERO;
  const { task: _task, template: _template, ...runOptions } = runGroup.options;
  const known = [...OWN_KEYS, ...Object.keys(groups), ...Object.keys(runOptions)];
  refuseUnknown(options, Object.fromEntries(known.map((key) => [key, true])));
  const { model, folder, resume = false, signal, onEvent } = options;
  textArgument("model", model);
  textArgument("folder", folder);
  const algorithm = namedAlgorithm(options.algorithm ?? "grpo");
  const parts = ownParts(options.rewards);
  const values = {
    task: typeof options.task === "string" ? undefined : options.task,
    template: typeof options.template === "function" ? options.template : undefined,
    rewards: parts,
    algorithm,
  };
  const flat: Partial<ZeroOptions> & { readonly base: string } = { ...flatOptions(options, parts), base: model };
  return startedOnce(folder, (onStep, ended) => {
    const context = { signal: anyOf(ended, signal), onEvent, onStep };
    if (!resume) return runZero(folder, flat, { ...context, values });
    const task = typeof options.task === "string" ? { task: options.task } : {};
    return resumeRun(folder, { ...context, ...task, values });
  });
}

/** The options of all groups side by side, as a run's config has them. */
function flatOptions(options: TrainOptions, parts: readonly RewardPart[] | undefined): Partial<ZeroOptions> {
  const { model: _m, folder: _f, resume: _r, signal: _s, onEvent: _e, algorithm: _a, ...rest } = options;
  const { task, template, rewards, sampling, optimizer, engine, evaluation, judging, ahead, ...run } = rest;
  const ofRewards = parts === undefined ? (rewards as Partial<RewardOptions> | undefined) : undefined;
  const set: Record<string, unknown> = {
    run,
    sampling,
    rewards: ofRewards,
    optimizer,
    engine,
    evaluation,
    judging,
    ahead,
  };
  for (const [name, values] of Object.entries(set))
    refuseUnknown((values ?? {}) as object, ZERO[name as keyof typeof ZERO].options, name);
  return {
    ...flatten(ZERO, set as PartialSet<typeof ZERO>),
    ...(typeof task === "string" ? { task } : {}),
    ...(typeof template === "string" ? { template } : {}),
  };
}

function namedAlgorithm(algorithm: AlgorithmValue | string): AlgorithmValue {
  if (typeof algorithm !== "string") return algorithm;
  if (Object.hasOwn(ALGORITHMS, algorithm)) return ALGORITHMS[algorithm as AlgorithmName]();
  const known = Object.keys(ALGORITHMS).join(", ");
  throw new OptionError(`Expected \`algorithm\` to be one of ${known}, or a value, got ${show(algorithm)}.`);
}

/** The parts where they were given as a list; undefined where the options weigh the package's own. */
function ownParts(rewards: TrainOptions["rewards"]): RewardPart[] | undefined {
  if (!Array.isArray(rewards)) return undefined;
  return (rewards as readonly (RewardPart | RewardName)[]).map((part) => {
    if (typeof part !== "string") return part;
    if (Object.hasOwn(REWARD_PARTS, part)) return REWARD_PARTS[part]();
    const known = Object.keys(REWARD_PARTS).join(", ");
    throw new OptionError(`Expected a part of \`rewards\` to be one of ${known}, or a value, got ${show(part)}.`);
  });
}

type Begin = (onStep: (step: RunStep) => Promise<void>, ended: AbortSignal) => Promise<TrainingSummary>;

/** A run that begins when it is first asked for anything. */
function startedOnce(folder: string, begin: Begin): Run {
  const ended = new AbortController();
  const steps = new Handoff<RunStep>();
  let running: Promise<TrainingSummary> | undefined;
  let followed = false;
  const finished = (): Promise<TrainingSummary> => {
    running ??= begin((step) => (followed ? steps.put(step) : Promise.resolve()), ended.signal);
    return running;
  };
  return {
    folder,
    model: folder,
    finished,
    async *[Symbol.asyncIterator]() {
      if (running !== undefined)
        throw new OptionError("Expected a run to be followed from its start and once, got it begun already.");
      followed = true;
      const ending = finished().finally(() => steps.close());
      // Whoever follows the steps hears of the failure from the last line.
      ending.catch(() => undefined);
      try {
        yield* steps.taken(() => ended.abort());
      } finally {
        steps.close();
        await ending;
      }
    },
  };
}

function anyOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}
