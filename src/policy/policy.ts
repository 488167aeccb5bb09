import type { PolicyLoss } from "../losses/index.ts";
import type { Adapter } from "../model/lora.ts";
import type { ModelConfig } from "../model/model-config.ts";
import type { EngineNote } from "../records/metrics.ts";
import type { Completion, TrainingSequence } from "../records/rollout.ts";
import type { DrawingOptions, SamplingOptions, SamplingRequest, TokenListener } from "./sampling/sampling-request.ts";

/** A model, and the adapter that is trained in its place where there is one. */
export interface PolicyModel {
  readonly config: ModelConfig;
  /** Flat, in the order of `parameterLayout(config)`. */
  readonly parameters: Float32Array;
  readonly adapter?: Adapter;
}

/** All samples of one request. */
export interface SampledGroup {
  /** Of the request. */
  readonly index: number;
  /** By key of the request. */
  readonly completions: readonly Completion[];
}

/** How completions are followed while they are written. */
export interface WritingWatch {
  readonly onToken: TokenListener;
  /** Ends every completion where it stands. */
  readonly signal?: AbortSignal | undefined;
}

export interface UpdateStep {
  readonly learningRate: number;
  /** The gradient's norm is brought down to this. */
  readonly clipNorm: number;
  /** That the sequences were sampled at. */
  readonly temperature: number;
}

export interface UpdateResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** Before the step, by sequence. */
  readonly logprobs: readonly Float32Array[];
  /** Summed over the tokens that are learnt from (`isLearntFrom`); 0 where the loss doesn't measure it. */
  readonly entropy: number;
  /** Summed over the tokens that are learnt from (`isLearntFrom`); 0 where the loss doesn't measure it. */
  readonly kl: number;
  /** How many of them have a ratio that the loss cut; 0 where the loss doesn't measure it. */
  readonly clipped: number;
}

export interface OptimizerMoments {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly updates: number;
}

/** What a checkpoint keeps of a policy. */
export interface PolicyState {
  /** What is trained: the adapter's parameters where there is an adapter, else the model's. */
  readonly parameters: Float32Array;
  readonly moments: OptimizerMoments;
  /** Of the KL penalty, where one is kept. */
  readonly reference: Float32Array | undefined;
}

/** What a checkpoint keeps of a policy whose weights are a server's: where they are, and not they themselves. */
export interface ServedCheckpoint {
  /** The server, as a run's config has it. */
  readonly engine: string;
  /** What the server calls the base. */
  readonly model: string;
  /** Rank of the adapter that is trained. */
  readonly rank: number;
  /** What the server calls weights and optimizer state as they were saved. */
  readonly weights: string;
  /** Updates that they have had. */
  readonly updates: number;
}

/** The weights of a policy that a server holds. */
export interface ServedWeights {
  /** The server, as a run's config has it. */
  readonly engine: string;
  readonly note: EngineNote;
  /** Where the weights are, saved, as they were after the last update. */
  save(): Promise<ServedCheckpoint>;
  /** Goes on from saved weights. @throws EngineError where the server has them no more, or they are another model's */
  load(kept: ServedCheckpoint): Promise<void>;
  /** Has the server remove saved weights, where it can. */
  forget(kept: ServedCheckpoint): Promise<void>;
  /** The trained adapter's files in PEFT's format, by name; null where the server doesn't give them away. */
  download(): Promise<ReadonlyMap<string, Uint8Array> | null>;
}

/** A model at work: it samples, scores and is updated. Where and how it computes is its own affair. */
export interface Policy {
  readonly config: ModelConfig;
  /** Updates made so far. */
  readonly version: number;
  /** `sample` may be under way while the policy is updated: it is of the weights that there were at its call. */
  readonly samplesElsewhere?: boolean;
  /** Where the weights are a server's: `model`, `state` and `restore` then throw an EngineError. */
  readonly served?: ServedWeights;
  /**
   * Samples completions of requests; each draw depends on its key alone. `collectGroups` puts the groups in order.
   *
   * @param options.signal ends the work; what is half-written is dropped
   * @returns a group as soon as its last completion has ended
   * @throws what the signal was aborted with
   */
  sample(
    requests: readonly SamplingRequest[],
    options: SamplingOptions & { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<SampledGroup>;
  /**
   * Samples completions and gives their tokens as they are drawn. Calls may overlap: one that comes while others are
   * written joins them at the next step, with options of its own, and leaves them when its signal aborts. What is drawn
   * depends on its keys, not on what is written beside it.
   *
   * @returns by request and sample; what was written so far where the signal ended it
   */
  write(requests: readonly SamplingRequest[], options: DrawingOptions, watch: WritingWatch): Promise<Completion[][]>;
  /** Log-probabilities of completions, by sequence. @throws EngineError where there is no reference to score under */
  score(
    model: "policy" | "reference",
    sequences: readonly TrainingSequence[],
    temperature: number,
  ): Promise<Float32Array[]>;
  /**
   * One optimizer step on a minibatch.
   *
   * @throws EngineError when the gradient or the loss isn't finite; the parameters then stay as they were
   */
  update(sequences: readonly TrainingSequence[], loss: PolicyLoss, step: UpdateStep): Promise<UpdateResult>;
  /** Keeps the current parameters as the reference of the KL penalty. */
  keepReference(): Promise<void>;
  /** The model as it is, not to be written to; where it is trained in this machine's memory it follows every update. */
  model(): Promise<PolicyModel>;
  /** The state as it is, not to be written to; where it is kept in this machine's memory it follows every update. */
  state(): Promise<PolicyState>;
  /** Goes on from what a checkpoint kept; what is absent stays as it is. */
  restore(state: Partial<PolicyState>): Promise<void>;
  /** Ends what it started; what is under way is refused. */
  stop(): Promise<void>;
}
