import type { EmergenceMetrics, RecordedEmergence } from "./emergence-metrics.ts";
import type { Unverifiable } from "./verdict.ts";

/** What one policy update did. All shares are from 0 to 1, all lengths in tokens, all times in seconds. */
export interface UpdateMetrics {
  readonly loss: number;
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
  /** Share of completion tokens whose ratio was clipped. */
  readonly clipFraction: number;
  /** Mean k3 estimate against the reference policy; 0 where no reference is kept. */
  readonly kl: number;
  /** Mean entropy of the policy over completion tokens, in nats. */
  readonly entropy: number;
  /**
   * Mean |log-probability of the trainer - log-probability of the sampler| on the first minibatch, before any update.
   */
  readonly samplerGap: number;
  readonly samplerGapMax: number;
  readonly learningRate: number;
  /** Optimizer steps made. */
  readonly updates: number;
  /** Completion tokens trained on. */
  readonly trainedTokens: number;
}

/**
 * What a step of an asynchronous run tells besides. A rollout's age is the number of steps that the policy made between
 * writing it and learning from it.
 */
export interface AheadMetrics {
  /** Mean age of the groups learnt from, and the largest. */
  readonly lag: number;
  readonly largestLag: number;
  /**
   * KL from the policies that wrote the rollouts to the one that learns from them, in nats a token: the mean of their
   * log-probability then less that now. Above 0.05 learning soon collapses.
   */
  readonly kl: number;
  /** Groups written and not learnt from, once the step has taken its own. */
  readonly open: number;
  /** Groups given up before the step as too old, and since the run began. */
  readonly dropped: number;
  readonly droppedInAll: number;
  /** Verdicts of the step's rollouts that didn't come in time. */
  readonly late: number;
  /** Share of the verdicts under way at most that were, since the step before; it differs from run to run. */
  readonly busy: number;
}

/** What samplers on other machines did for a step, its evaluations included; it differs from run to run. */
export interface SamplerMetrics {
  /** Jobs whose results were taken. */
  readonly jobs: number;
  /** Jobs that were asked again, as they had failed or Redis had lost them. */
  readonly again: number;
  /** To Redis: weights and jobs. */
  readonly bytesOut: number;
  /** From it: results. */
  readonly bytesIn: number;
  /** How many processes sampled. */
  readonly samplers: number;
  /** Processors and engine versions that had to do with the run so far, the learner's first. */
  readonly kinds: readonly string[];
}

/** Which engine made a step, where it isn't this program's own: such a step can't be replayed to the byte. */
export interface EngineNote {
  /** `tinker`. */
  readonly name: string;
  /** What the server calls itself and its version, in its own words; or that it doesn't tell. */
  readonly version: string;
  readonly device: string;
}

/** One line of the curve: what a step sampled, earned and changed. */
export interface StepMetrics extends UpdateMetrics {
  readonly step: number;
  /** Mean score of the rollouts that could be judged (right 1, wrong 0), over problems; null where none could be. */
  readonly accuracy: number | null;
  readonly accuracyError: number;
  readonly rewardMean: number;
  readonly rewardByPart: Readonly<Record<string, number>>;
  readonly formatShare: number;
  readonly truncatedShare: number;
  /** Share of groups whose rewards differ. */
  readonly signalShare: number;
  /**
   * Rollouts that could not be scored, as their verdict or a part of their reward failed; rows of older versions held
   * the count alone.
   */
  readonly unverifiable: Unverifiable;
  readonly rollouts: number;
  readonly completionTokens: number;
  readonly emergence: EmergenceMetrics;
  readonly rolloutSeconds: number;
  readonly rewardSeconds: number;
  readonly updateSeconds: number;
  readonly seconds: number;
  /** Sampled tokens by second of the whole step. */
  readonly tokensPerSecond: number;
  /** Where rollouts are written ahead; `rewardSeconds` are then those that the learner waited for verdicts. */
  readonly ahead?: AheadMetrics;
  /** Where samplers on other machines write the rollouts. */
  readonly samplers?: SamplerMetrics;
  readonly engine?: EngineNote;
  /** Where rollouts are written with rounded weights. */
  readonly rounded?: RoundedMetrics;
}

/** How far a policy with rounded weights, which wrote a step's rollouts, is from the one that is trained. */
export interface RoundedMetrics {
  readonly precision: "int8" | "int4";
  /** From the policy that wrote to the trained one, before the update, in nats a token. */
  readonly kl: number;
}

/** What another engine's record may not say of a step. */
type SaidByFew =
  | keyof UpdateMetrics
  | "truncatedShare"
  | "completionTokens"
  | "rolloutSeconds"
  | "rewardSeconds"
  | "updateSeconds"
  | "seconds"
  | "tokensPerSecond";

/**
 * A step as a store has it. Of a run that was made by another engine and imported, what that engine's record doesn't
 * say is null: it is shown as absent, and never as a number.
 */
export type RecordedStep = Omit<StepMetrics, SaidByFew | "emergence"> & {
  readonly [K in SaidByFew]: StepMetrics[K] | null;
} & { readonly emergence: RecordedEmergence };

/** One line of the curve of supervised fine-tuning. */
export interface FitMetrics {
  readonly step: number;
  /** Mean cross-entropy of the batch, in nats a completion token. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly epoch: number;
  /** Completion tokens that were learnt from. */
  readonly tokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
}

/** An evaluation on problems that were not trained on. */
export interface EvaluationResult {
  /** Mean score of the samples that could be judged (right 1, wrong 0, partly right in between), over problems. */
  readonly accuracy: number;
  /** Standard error of `accuracy` over problems. */
  readonly standardError: number;
  /** The same of the greedy completions; null where none of them could be judged. */
  readonly greedyAccuracy: number | null;
  /** Mean number of sampled tokens. */
  readonly meanLength: number;
  /** Share of completions that reject a candidate of their own and try another. */
  readonly selfCorrectionShare: number;
  readonly truncatedShare: number;
  /** Share of completions that are one thinking and one answer in their tags; null where it was not measured. */
  readonly formatShare: number | null;
  /** Words of the thinking in another language than the question's; null where questions have no language. */
  readonly languageMixing: number | null;
  readonly problems: number;
  /** Of each problem. */
  readonly samples: number;
  /** Samples that could be judged, the greedy ones left out. */
  readonly judged: number;
  /**
   * Samples that could not be judged, which no share above counts. Older rows hold none: they counted them as wrong.
   */
  readonly unverifiable: Unverifiable;
  /** Share of problems whose most frequent answer of `majoritySamples` is right (cons@k); absent in older runs. */
  readonly majorityAccuracy?: number;
  readonly majoritySamples?: number;
  /** Absent where it was not kept. */
  readonly emergence?: EmergenceMetrics;
  /** The first sample of every problem, in their order; kept by a run for its summary. */
  readonly firstSamples?: readonly FirstSample[];
}

/** The first completion of a problem in an evaluation. */
export interface FirstSample {
  readonly question: string;
  readonly text: string;
  readonly answer: string | null;
  /** From 0 (wrong) to 1 (right); null where it could not be judged. */
  readonly score: number | null;
  /** Whether it takes a try of its own back; absent in older rows. */
  readonly rejects?: boolean;
}
