import type { Checkpoint } from "../../src/formats/checkpoint.ts";
import { initialParameters } from "../../src/model/parameters.ts";
import { tinyConfig } from "../../src/model/tiny-config.ts";
import type { Policy, PolicyState } from "../../src/policy/policy.ts";
import { randomKey } from "../../src/random.ts";
import type { EvaluationResult } from "../../src/records/metrics.ts";
import { loadTokenizer } from "../../src/tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../../src/tokenizer/word-tokenizer.ts";
import type { LookName, OpenJob, RunLimits, TrainingJob } from "../../src/training/training-job.ts";
import { EVALUATION, stepMetrics, stepRollouts } from "./run-samples.ts";

/** What a job without a model of its own does, and where it fails. */
export interface FakeJobOptions {
  readonly limits?: Partial<RunLimits>;
  /** Whether it has something to be measured on. */
  readonly measured?: boolean;
  /** Is told each evaluation before it is made; what it throws, the evaluation throws. */
  readonly onEvaluate?: (name: LookName, step: number) => void;
  /** Is told each step before it is made; what it throws, the step throws. */
  readonly onStep?: (step: number) => void;
  /** The step after which it ends the run. */
  readonly endsAt?: number;
}

/** What has been asked of the jobs that were opened. */
export interface FakeJobs {
  readonly open: OpenJob;
  /** By job, in the order of opening: the steps that it made. */
  readonly steps: number[][];
  readonly stopped: () => number;
}

const config = tinyConfig({
  vocabSize: 3,
  hiddenSize: 4,
  layers: 1,
  heads: 1,
  kvHeads: 1,
  ffSize: 4,
  eosTokenIds: [0],
});

/** The model that fake jobs train. */
export const FAKE_BASE: Checkpoint = {
  config,
  parameters: initialParameters(config, randomKey(1)),
  tokenizer: loadTokenizer(createWordTokenizer(["a", "b"], ["<eos>"])),
  folder: "/models/fake",
};

/**
 * Jobs without an engine. What a step gives depends on everything that a checkpoint must keep: parameters, moments,
 * number of updates and an extra; so does an evaluation. A run that lost one of them would give other numbers.
 */
export function fakeJobs({ limits = {}, measured = true, onEvaluate, onStep, endsAt }: FakeJobOptions = {}): FakeJobs {
  const steps: number[][] = [];
  let stopped = 0;
  const open: OpenJob = (model) => {
    const made: number[] = [];
    steps.push(made);
    let state: PolicyState = {
      parameters: model.parameters!.slice(),
      moments: { firstMoment: zeros(), secondMoment: zeros(), updates: 0 },
      reference: undefined,
    };
    let extra: Float32Array = new Float32Array(1);
    const policy = {
      config,
      state: () => state,
      model: () => ({ config, parameters: state.parameters }),
      restore: (kept: Partial<PolicyState>) => Promise.resolve(void (state = { ...state, ...kept })),
    } as unknown as Policy;

    const learn = (): number => {
      const { parameters, moments } = state;
      const firstMoment = moments.firstMoment.map((value, i) => value * 0.9 + parameters[i]! + extra[0]!);
      const secondMoment = moments.secondMoment.map((value, i) => value * 0.99 + firstMoment[i]! ** 2);
      state = {
        ...state,
        parameters: parameters.map((value, i) => value - 0.1 * firstMoment[i]! - 0.01 * secondMoment[i]!),
        moments: { firstMoment, secondMoment, updates: moments.updates + 1 },
      };
      extra = extra.map((value) => value + 0.5);
      return state.parameters[0]!;
    };
    const job: TrainingJob = {
      policy,
      tokenizer: model.tokenizer,
      limits: { steps: 4, minutes: 0, keepEvery: 100, checkpointEvery: "1", evaluateEvery: 0, ...limits },
      plannedMegabytes: null,
      extras: () => Promise.resolve(new Map([["extra", extra]])),
      restoreExtras: (extras) => Promise.resolve(void (extra = extras.get("extra")!)),
      async *train(from) {
        for (let step = from; step <= job.limits.steps; step++) {
          onStep?.(step);
          made.push(step);
          const loss = learn();
          const { updates } = state.moments;
          const ends = step === endsAt ? { ends: "The rollouts are too old." } : {};
          yield { metrics: stepMetrics(step, { loss, updates }), rollouts: stepRollouts(step), ...ends };
        }
      },
      evaluate: (name, step) => {
        if (!measured) return Promise.resolve(null);
        onEvaluate?.(name, step);
        const evaluation: EvaluationResult = { ...EVALUATION, meanLength: Math.abs(state.parameters[0]!) };
        return Promise.resolve({ evaluation, judged: [], watched: [] } as never);
      },
      preflight: () => Promise.resolve(),
      stop: () => Promise.resolve(void stopped++),
    };
    return Promise.resolve(job);
  };
  return { open, steps, stopped: () => stopped };
}

function zeros(): Float32Array {
  return new Float32Array(FAKE_BASE.parameters.length);
}
