import type { AskingOptions } from "../asking/asking-options.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import type { BenchResult } from "../bench/bench.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import type { DistilSummary } from "../pipelines/distil.ts";
import type { R1Summary } from "../pipelines/run-r1.ts";
import type { PlannedStage } from "../pipelines/stage-runner.ts";
import type { ExportOptions, ExportSummary } from "../export/export-model.ts";
import type { ExportRunOptions, RunExportSummary } from "../export/export-run.ts";
import type { PretrainSummary } from "../pretraining/pretrain.ts";
import type { ReportOptions, ReportSummary } from "../dashboard/report/write-report.ts";
import type { ReproduceSummary } from "../claims/reproduce.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { ChatPart, ChatTurn, Conversation } from "../chat/conversation.ts";
import type { Preview } from "../evaluation/preview-prompts.ts";
import type { JudgingOptions } from "../judging/judging-options.ts";
import type { Rollout } from "../records/rollout.ts";
import type { VerdictKind } from "../records/verdict.ts";
import type { LoraFlags } from "./lora-flags.ts";
import type { TemplateStudy } from "../evaluation/template-study.ts";
import type { TestTimeRow } from "../evaluation/test-time-compute.ts";
import type { TrainingSummary, TurnedExample } from "../training/training-run.ts";
import type { TrainingEvent } from "../training/training-event.ts";

export type { LoraFlags };
export type { TemplateStudy, TestTimeRow };
export type { ExportSummary, RunExportSummary };
export type { ReportOptions, ReportSummary };
export type { DistilSummary, PlannedStage, R1Summary, ReproduceSummary, RewardModelSummary };
export type { BenchResult, ChatPart, ChatTurn, Evaluation, Preview, TrainingSummary, TurnedExample };

/** A conversation, as far as the command line has it. */
export type ChatSession = Pick<Conversation, "kind" | "example" | "say" | "reset" | "close">;

/** What the command line needs from the rows below it. main.ts wires it to the real functions; tests give their own. */
export interface Compositions {
  zero(options: ZeroFlags, watch: Watch & { readonly runFolder: string }): Promise<TrainingSummary>;
  resume(runFolder: string, options: ResumeFlags, watch: Watch): Promise<TrainingSummary>;
  sft(options: SftFlags, watch: Watch & { readonly runFolder: string }): Promise<TrainingSummary>;
  rewardModel(options: RewardModelFlags, watch: Watch): Promise<RewardModelSummary>;
  distil(options: DistilFlags, watch: Watch & { readonly folder: string }): Promise<DistilSummary>;
  r1(options: R1Flags, watch: Watch & { readonly folder: string }): Promise<R1Summary>;
  planR1(options: R1Flags, folder: string): Promise<readonly PlannedStage[]>;
  reproduce(options: ReproduceFlags, watch: Watch): Promise<ReproduceSummary>;
  planReproduction(options: ReproduceFlags): Promise<readonly PlannedStage[]>;
  pretrain(options: PretrainFlags, watch: Watch): Promise<PretrainSummary>;
  evaluate(options: EvaluateFlags, watch: Watch): Promise<Evaluation>;
  templates(options: TemplateFlags, watch: Watch): Promise<TemplateStudy>;
  testTime(
    options: EvaluateFlags & { readonly budgets: readonly number[] },
    watch: Watch,
  ): Promise<readonly TestTimeRow[]>;
  sample(options: SampleFlags, watch: Watch): Promise<readonly SampledProblem[]>;
  preview(options: PreviewFlags, watch: Watch): Promise<Preview>;
  chat(options: ChatFlags, watch: Watch): Promise<ChatSession>;
  export(options: ExportFlags, watch: Watch): Promise<ExportSummary>;
  exportRun(options: ExportRunFlags): Promise<RunExportSummary>;
  bench(options: BenchFlags, watch: Watch): Promise<BenchResult>;
  runs(folder: string): Promise<readonly ListedRun[]>;
  show(runFolder: string, options: ShowFlags): Promise<ShownStep>;
  engine(): Promise<EngineFacts>;
  report(run: string, options: ReportOptions): Promise<ReportSummary>;
  dashboard(options: DashboardFlags): Promise<OpenDashboard>;
  /** The same in a process of its own, at low priority. */
  dashboardBeside(folder: string): Promise<DashboardProcess>;
}

/** How a command follows a long job and asks it to stop. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainingEvent) => void;
}

export type PreflightEvent = Extract<TrainingEvent, { readonly kind: "preflight" }>;

/** A step of pretraining or fine-tuning. */
export type FitEvent = Extract<TrainingEvent, { readonly kind: "fit" }>;

/** The flags of `zero` that were given; what is absent has a default in its group. */
export type ZeroFlags = Partial<ZeroOptions>;

export interface ResumeFlags {
  readonly task?: string;
}

export interface SftFlags extends LoraFlags, Partial<AskingOptions> {
  readonly base?: string;
  readonly data: string;
  readonly task?: string;
  readonly template?: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly packing?: boolean;
  readonly seed?: number;
  readonly workers?: number;
  readonly evaluationSplit?: string;
  readonly evaluationProblems?: number;
  readonly evaluationSamples?: number;
  readonly maxCompletionTokens?: number;
}

export interface RewardModelFlags {
  readonly base?: string;
  readonly pairs: string;
  readonly out: string;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly workers?: number;
}

export interface DistilFlags {
  readonly teacher?: string;
  readonly endpoint?: string;
  readonly endpointModel?: string;
  readonly student?: string;
  readonly task?: string;
  readonly samples?: number;
  readonly problems?: number;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly compare?: boolean;
  readonly steps?: number;
  readonly seeds?: number;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
}

export interface R1Flags {
  readonly base?: string;
  readonly task?: string;
  readonly seed?: number;
  readonly zeroSteps?: number;
  readonly reasoningSteps?: number;
  readonly scenarioSteps?: number;
  readonly coldStart?: number;
  readonly editor?: string;
  readonly editorModel?: string;
  readonly maxCompletionTokens?: number;
  readonly workers?: number;
}

export interface ReproduceFlags {
  readonly claim: string;
  readonly seeds: number;
  readonly quick: boolean;
  readonly folder: string;
  readonly report: string;
  readonly workers?: number;
}

export interface PretrainFlags {
  readonly task: string;
  readonly out: string;
  readonly seed?: number;
  readonly corpus?: string;
  readonly steps?: number;
  readonly layers?: number;
  readonly hiddenSize?: number;
  readonly heads?: number;
  readonly ffSize?: number;
  readonly workers?: number;
}

export interface EvaluateFlags extends Partial<JudgingOptions>, Partial<AskingOptions> {
  readonly model: string;
  readonly task?: string;
  readonly split?: string;
  readonly problems?: number;
  readonly samples?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly template?: string;
  readonly workers?: number;
}

export interface TemplateFlags extends Omit<EvaluateFlags, "split"> {
  /** Files with templates of one's own. */
  readonly templateFiles: readonly string[];
}

export interface SampleFlags extends EvaluateFlags {
  /** The id of one problem. */
  readonly problem?: string;
}

export type PreviewFlags = Pick<
  SampleFlags,
  "model" | "task" | "split" | "problem" | "problems" | "template" | "system" | "thinking"
>;

export interface ChatFlags extends Partial<AskingOptions> {
  readonly model: string;
  readonly task?: string;
  readonly temperature?: number;
  readonly maxCompletionTokens?: number;
  readonly seed?: number;
}

export interface SampledProblem {
  readonly problem: string;
  readonly question: string;
  readonly completions: readonly CompletionView[];
}

/** A view of a judged or stored rollout: its verdict in words, its tokens counted. */
export interface CompletionView extends Pick<Rollout, "text" | "stop"> {
  readonly tokens: number;
  readonly verdict: VerdictKind;
  /** Empty where there is none. */
  readonly reason: string;
  /** Of a verdict: 1, 0 or a part; null where it could not be judged. */
  readonly score: number | null;
}

export interface ExportFlags extends ExportOptions {
  readonly model: string;
}

export interface ExportRunFlags extends ExportRunOptions {
  readonly run: string;
}

export interface BenchFlags {
  readonly base?: string;
  readonly workers?: number;
}

export interface ListedRun {
  readonly folder: string;
  readonly kind: string;
  readonly step: number;
  readonly status: string;
  readonly accuracyBefore: number | null;
  readonly accuracyNow: number | null;
  readonly meanLength: number | null;
  readonly updated: string;
}

export interface ShowFlags {
  readonly step?: number;
  readonly problem?: string;
  readonly only?: string;
  readonly limit: number;
}

/** The rollouts of one step that were asked for, and how many the step has in all. */
export interface ShownStep {
  readonly run: string;
  readonly step: number;
  readonly total: number;
  readonly rollouts: readonly ShownRollout[];
}

/** A view of a stored rollout. */
export interface ShownRollout extends CompletionView {
  readonly problem: string;
  readonly prompt: string;
  readonly sample: number;
  readonly reward: number | null;
  readonly breakdown: Readonly<Record<string, number>>;
  readonly advantage: number | null;
}

export interface DashboardFlags {
  readonly folder: string;
  readonly port?: number;
  readonly host?: string;
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

/** A dashboard that is being served, until it is closed. */
export interface OpenDashboard {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A dashboard in another process. */
export interface DashboardProcess {
  readonly url: string;
  end(): Promise<void>;
}

export interface EngineFacts {
  readonly version: string;
  readonly providers: readonly string[];
  /** Why the engine can't run here; null where it does. */
  readonly problem: string | null;
}
