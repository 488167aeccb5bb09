import type { AdvantageFunction } from "../advantages/index.ts";
import type { PolicyLoss } from "../losses/index.ts";
import type { EngineOptions } from "../policy/local/engine-options.ts";
import type { PolicyModel } from "../policy/policy.ts";
import type { Rollout, TrainingSequence } from "../records/rollout.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";
import type { AheadOptions } from "./ahead/ahead-options.ts";
import type { GrpoOptions } from "./grpo-options.ts";

/**
 * What is learnt from of a rollout, with its advantage: of the whole completion (GRPO), or of each of its tokens (PPO).
 */
export type AdvantagedSequence = Pick<Rollout, "promptTokens" | "tokens" | "logprobs" | "mask"> &
  /** The ratio of the loss is against `oldLogprobs`; against the sampler's `logprobs` where absent. */
  Pick<TrainingSequence, "advantage" | "oldLogprobs">;

/** How scored groups improve a policy: from which advantages, by which loss, and what is kept beside the policy. */
export interface Algorithm {
  readonly name: string;
  /** What the policy is updated by. */
  readonly loss: PolicyLoss;
  /** Each scored completion against its siblings: kept with the rollouts, and what says whether a group has signal. */
  readonly withinGroup: AdvantageFunction;
  /** What the policy learns from in a step. */
  advantages(groups: readonly ScoredGroup[]): readonly AdvantagedSequence[] | Promise<readonly AdvantagedSequence[]>;
  /** Its own learning from the groups that it gave advantages for last, after the policy's: a critic's. */
  learn?(): Promise<void>;
  /** What a checkpoint must keep of it, by name. */
  state?(): ReadonlyMap<string, Float32Array>;
  /** @param updates that the policy has had */
  restore?(state: ReadonlyMap<string, Float32Array>, updates: number): Promise<void>;
  /** Ends what it started. */
  stop?(): Promise<void>;
}

/** What an algorithm is opened with. */
export interface AlgorithmContext {
  readonly options: GrpoOptions;
  /** The model that is trained, as it is before the first step. */
  readonly model: PolicyModel;
  readonly engine: Pick<EngineOptions, "workers" | "tokenBudget">;
}

/** The options of a run that an algorithm sets. */
export type AlgorithmChoices = Partial<
  Omit<GrpoOptions, "seed" | "steps" | "verifierSeconds" | "judges" | keyof AheadOptions>
>;

/** An algorithm as a value: a run is given one. */
export interface AlgorithmValue {
  readonly name: string;
  /** What it sets of the run's options, whose config keeps them. */
  readonly options: AlgorithmChoices;
  /** Makes one of one's own; where absent, the options say which of the package's it is. */
  readonly open?: (context: AlgorithmContext) => Algorithm | Promise<Algorithm>;
}
