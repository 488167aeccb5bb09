import type { CompletionSpan } from "../../emergence/index.ts";
import type { EvaluationResult, FitMetrics, RecordedStep } from "../../records/metrics.ts";
import type { StopReason } from "../../records/rollout.ts";
import type { StoredEvaluation } from "../../records/run-event.ts";
import type { VerdictKind } from "../../records/verdict.ts";

export const RECORDING_FORMAT = "aha-recording";
/** Goes up when an older reader could misread a newer recording. */
export const RECORDING_VERSION = 1;
/** Bytes of a recording: what a page fetches without a second thought. */
export const MOST_RECORDING_BYTES = 400_000;

/** A run, or a pipeline's stages, small enough to be sent along with a page: one JSON text. */
export interface Recording {
  readonly format: typeof RECORDING_FORMAT;
  readonly version: typeof RECORDING_VERSION;
  /** The folder's own name. */
  readonly name: string;
  /** The command that made what was recorded, in the words of who recorded it; null where nobody said. */
  readonly command: string | null;
  /** The run; of a pipeline its stages, in the order of the work. */
  readonly parts: readonly RecordedPart[];
}

/** A run, or a stage of a pipeline. */
export interface RecordedPart {
  readonly name: string;
  /** As in the run's config: `zero`, `sft`, ...; `base` for a model that no stage of the pipeline trained. */
  readonly kind: string;
  readonly task: string | null;
  /** Names everything that was computed (`RunStore.contentDigest`); null where there is no run. */
  readonly digest: string | null;
  /** The last step of the run; of a long one fewer stand in `metrics`. */
  readonly steps: number;
  /** Of reinforcement learning. What differs from machine to machine, as times do, is null. */
  readonly metrics: readonly RecordedStep[];
  /** Of fine-tuning. */
  readonly fit: readonly FitMetrics[];
  readonly evaluations: readonly StoredEvaluation[];
  readonly groups: readonly RecordedGroup[];
  /** What a pipeline measured of the model that came out; null where it didn't. */
  readonly measured: PartMeasurement | null;
}

export interface PartMeasurement {
  readonly evaluation: EvaluationResult;
  /** How general prompts are answered, from 0 to 1; null where there are none. */
  readonly preference: number | null;
}

/** A problem's completions at a step. */
export interface RecordedGroup {
  readonly step: number;
  readonly problemIndex: number;
  readonly problemId: string;
  readonly prompt: string;
  /** Of the whole group, of which fewer may stand here. */
  readonly size: number;
  readonly right: number;
  readonly completions: readonly RecordedCompletion[];
}

export interface RecordedCompletion {
  readonly sample: number;
  readonly text: string;
  /** Whether `text` is the beginning alone. */
  readonly cut: boolean;
  /** UTF-16 units of each token in the text; null where the tokens can't be told apart in it. */
  readonly pieceLengths: readonly number[] | null;
  /** One a piece, in nats; none where there are no pieces. */
  readonly logprobs: readonly number[];
  /** Sampled tokens; null where they weren't recorded. */
  readonly length: number | null;
  readonly stop: StopReason;
  readonly verdict: VerdictKind;
  readonly reward: number | null;
  readonly advantage: number | null;
  /** What is worth looking at in the text, in order. */
  readonly spans: readonly CompletionSpan[];
  /** The step before at which its problem was answered wrong, where it is right by a correction for the first time. */
  readonly wrongAt: number | null;
}
