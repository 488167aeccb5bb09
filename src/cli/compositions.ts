import type { HeldOutRow } from "../figures/index.ts";
import type { ChangedOptions } from "../training/changed-options.ts";
import type { SftOptions } from "../training/sft-groups.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";
import type { BenchReport } from "./bench-machine.ts";
import type { BENCH } from "../bench/bench-options.ts";
import type { DataOptions, ReadingOptions } from "../data/data-options.ts";
import type { DataReport } from "../data/data-report.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import type { DistilOptions } from "../pipelines/distil-options.ts";
import type { DistilSummary } from "../pipelines/distil.ts";
import type { R1Options } from "../pipelines/r1-options.ts";
import type { RecordOptions, RecordSummary } from "../pipelines/record-pipeline.ts";
import type { R1Summary } from "../pipelines/run-r1.ts";
import type { PlannedStage } from "../pipelines/stage-runner.ts";
import type { ExportSummary } from "../export/export-model.ts";
import type { RunExportSummary } from "../export/export-run.ts";
import type { RecipeSummary } from "../recipes/export-recipe.ts";
import type { ImportSummary } from "../recipes/import-run.ts";
import type { ExportFlags, ExportRecipeFlags, ExportRunFlags } from "./export-flags.ts";
import type { SurveyedDevice } from "../policy/device/survey-devices.ts";
import type { PretrainOptions } from "../pretraining/pretrain-options.ts";
import type { PretrainSummary } from "../pretraining/pretrain.ts";
import type { ReportOptions, ReportSummary } from "../dashboard/report/write-report.ts";
import type { ReproduceRequest } from "../claims/reproduce-options.ts";
import type { ReproduceSummary } from "../claims/reproduce.ts";
import type { RewardModelOptions } from "../algorithms/reward-model-options.ts";
import type { RewardModelSummary } from "../algorithms/train-reward-model.ts";
import type { ConversationSettings } from "../chat/chat-options.ts";
import type { ChatPart, ChatTurn, Conversation } from "../chat/conversation.ts";
import type { MeasuringOptions } from "../evaluation/evaluate-options.ts";
import type { FlatValues } from "../options/index.ts";
import type { PREVIEW } from "../evaluation/preview-options.ts";
import type { Preview } from "../evaluation/preview-prompts.ts";
import type { Rollout } from "../records/rollout.ts";
import type { Verdict, VerdictKind } from "../records/verdict.ts";
import type { Executor } from "../sandbox/executor.ts";
import type { CheckedTask } from "../sandbox/repository/check-task.ts";
import type { RepositoryTask } from "../tasks/repository/repository-task.ts";
import type { ExtractorName } from "../verifiers/index.ts";
import type { VerifyOptions } from "../verifiers/verifier-options.ts";
import type { RejudgeOptions, Rejudgement } from "../evaluation/rejudge.ts";
import type { QueueCounts, QueuedRow } from "../judging/queue/evaluation-queue.ts";
import type { ServedPage, ServePageOptions } from "../server/page/serve-page.ts";
import type { ServedApi } from "../server/serve.ts";
import type { ServedQueue } from "../server/serve-queue.ts";
import type { RewardServingOptions } from "../server/rewards/reward-serving-options.ts";
import type { ServedRewards } from "../server/rewards/serve-rewards.ts";
import type { ServingOptions } from "../server/serving-options.ts";
import type { TemplateStudy } from "../evaluation/template-study.ts";
import type { TestTimeRow } from "../evaluation/test-time-compute.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import type { TurnedExample } from "../training/turned-example.ts";
import type { TrainingEvent } from "../training/training-event.ts";
import type { EvaluatorFlags, EvaluatorSummary } from "./evaluator-flags.ts";
import type { SamplerFlags, SamplerSummary } from "./sampler-flags.ts";
import type { LessonFile } from "./lesson/lesson-files.ts";
import type { LessonLanguage } from "./lesson/lesson-words.ts";
import type { RunProgram } from "./lesson/run-program.ts";

export type { TemplateStudy, TestTimeRow };
export type { RejudgeOptions, Rejudgement };
export type { ExportSummary, ImportSummary, RecipeSummary, RunExportSummary };
export type { RecordOptions, RecordSummary, ReportOptions, ReportSummary };
export type { DistilSummary, PlannedStage, R1Summary, ReproduceSummary, RewardModelSummary };
export type { BenchReport, ChatPart, ChatTurn, DataReport, Evaluation, Preview, TrainingSummary, TurnedExample };

/** A conversation, as far as the command line has it. */
export type ChatSession = Pick<Conversation, "kind" | "example" | "say" | "reset" | "close">;

/** A model that is served, as far as the command line has it. */
export type ServedSession = Pick<ServedApi, "url" | "port" | "model" | "kind" | "stop">;

/** Rewards that are served, as far as the command line has them. */
export type ServedRewardsSession = Pick<ServedRewards, "url" | "port" | "task" | "problems" | "figures" | "stop">;

/** What the command line needs from the rows below it. main.ts wires it to the real functions; tests give their own. */
export interface Compositions {
  zero(options: ZeroFlags, watch: Watch & { readonly runFolder: string }): Promise<TrainingSummary>;
  resume(runFolder: string, options: ResumeFlags, watch: Watch): Promise<TrainingSummary>;
  /** The options that a job would have; nothing runs. */
  config(kind: ConfigKind, flags: object): Promise<object>;
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
  verifier(options: VerifyOptions): Promise<CheckAnswer>;
  /** Runs answers that are programs. Stop it at the end. */
  codeRunner(options: VerifyOptions): Promise<Executor>;
  /** A repository task. */
  checkTasks(folder: string, onChecked: (checked: CheckedTask) => void): Promise<void>;
  showTask(folder: string): Promise<ShownTask>;
  /** Makes tasks of rows of SWE-bench's form. @returns their folders */
  importTasks(file: string, options: Required<ImportFlags>): Promise<readonly string[]>;
  preview(options: PreviewFlags, watch: Watch): Promise<Preview>;
  data(options: DataFlags, watch: Watch): Promise<DataReport>;
  init(options: InitFlags, watch: Watch): Promise<NewTask>;
  chat(options: ChatFlags, watch: Watch): Promise<ChatSession>;
  serve(options: ServeFlags, watch: Watch): Promise<ServedSession>;
  serveRewards(options: ServeRewardsFlags, watch: Watch): Promise<ServedRewardsSession>;
  export(options: ExportFlags, watch: Watch): Promise<ExportSummary>;
  exportRun(options: ExportRunFlags): Promise<RunExportSummary>;
  exportRecipe(options: ExportRecipeFlags, watch: Watch): Promise<RecipeSummary>;
  importRun(folder: string, run: string): Promise<ImportSummary>;
  bench(options: BenchFlags, watch: Watch): Promise<BenchReport>;
  runs(folder: string): Promise<readonly ListedRun[]>;
  compare(folders: readonly string[]): Promise<readonly HeldOutRow[]>;
  show(runFolder: string, options: ShowFlags): Promise<ShownStep>;
  queue(run: string, flags: QueueFlags): Promise<QueueReport>;
  serveQueue(run: string, flags: QueueServeFlags): Promise<ServedQueueSession>;
  /** Judges for a queue until it is stopped. */
  evaluator(flags: EvaluatorFlags, watch: Watch): Promise<EvaluatorSummary>;
  sampler(flags: SamplerFlags, watch: Watch): Promise<SamplerSummary>;
  rejudge(run: string, flags: RejudgeOptions, watch: Watch): Promise<Rejudgement>;
  engine(): Promise<EngineFacts>;
  /** Every device but the CPU, tried. */
  devices(watch: Watch): Promise<readonly SurveyedDevice[]>;
  report(run: string, options: ReportOptions): Promise<ReportSummary>;
  /** A run, or a pipeline's folder. */
  record(run: string, options: RecordOptions): Promise<RecordSummary>;
  dashboard(options: DashboardFlags): Promise<OpenDashboard>;
  /** The same in a process of its own, at low priority. */
  dashboardBeside(folder: string, queue?: string): Promise<DashboardProcess>;
  /** The page that trains in a tab. */
  play(options: ServePageOptions): Promise<ServedPage>;
  lessons(language: LessonLanguage): Promise<readonly LessonFile[]>;
  runProgram: RunProgram;
}

export type { CheckedTask };

/** A repository task as it was read. */
export interface ShownTask {
  readonly folder: string;
  readonly task: RepositoryTask;
  readonly question: string;
}

export interface ImportFlags {
  readonly repositories?: string;
  readonly out?: string;
}

/** The jobs whose options can be printed and read from a file. */
export type ConfigKind = "zero" | "sft" | "distill" | "r1";

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
  readonly changes?: ChangedOptions;
  readonly data?: string;
}

/** As for all jobs: the flags that were given; what is absent has a default in its group. */
export type SftFlags = Partial<Omit<SftOptions, "data">> & Pick<SftOptions, "data">;

export interface RewardModelFlags extends Partial<RewardModelOptions> {
  readonly pairs: string;
  readonly out: string;
}

export type DistilFlags = Partial<Omit<DistilOptions, "folder">>;

export interface R1Flags extends Partial<R1Options> {
  readonly base?: string;
}

export type ReproduceFlags = Omit<ReproduceRequest, "bases" | "program">;

export interface PretrainFlags extends Partial<PretrainOptions> {
  readonly out: string;
}

/** Flags give names, never values. */
export interface EvaluateFlags extends Partial<MeasuringOptions> {
  readonly model: string;
}

export interface TemplateFlags extends Omit<EvaluateFlags, "problem"> {
  /** Files with templates of one's own. */
  readonly templateFiles: readonly string[];
}

export type SampleFlags = EvaluateFlags;

export interface PreviewFlags extends Partial<FlatValues<typeof PREVIEW>> {
  readonly model: string;
}

export interface DataFlags extends Partial<DataOptions> {
  /** A file, a folder, a data set of the hub, or `-` for standard input. */
  readonly data: string;
  /** Whose tokens are counted. */
  readonly model?: string;
}

export interface InitFlags extends Partial<Omit<ReadingOptions, "evalData">> {
  /** A new folder, or an empty one. */
  readonly folder: string;
  /** The data; those of an example where absent. */
  readonly from?: string;
  readonly extract?: ExtractorName;
}

/** A task that was written into a folder. */
export interface NewTask {
  readonly folder: string;
  readonly name: string;
  readonly rows: number;
  readonly kind: string;
  /** The columns of data.jsonl. */
  readonly question: string;
  readonly gold: string;
  readonly extract: string;
  readonly files: readonly string[];
  /** Whether a folder above has this package already. */
  readonly installed: boolean;
}

/** Decides on a text beside a gold. */
export type CheckAnswer = (gold: string, text: string) => CheckedAnswer;

export interface CheckedAnswer {
  readonly verdict: Verdict;
  /** What the two were read as, short; null where the answer could not be taken out of the text. */
  readonly read: { readonly gold: string; readonly answer: string } | null;
}

export interface ChatFlags extends Partial<ConversationSettings> {
  readonly model: string;
}

export interface ServeFlags extends Partial<ServingOptions> {
  readonly model: string;
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly name?: string;
  readonly allowHosts?: readonly string[];
  readonly allowOrigins?: readonly string[];
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

export interface ServeRewardsFlags extends Partial<RewardServingOptions> {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly allowHosts?: readonly string[];
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

export interface SampledProblem {
  readonly problem: string;
  readonly question: string;
  readonly completions: readonly CompletionView[];
}

/** A view of a judged or stored rollout: its verdict in words, its tokens counted. */
export interface CompletionView extends Pick<Rollout, "text" | "stop"> {
  /** Null where they weren't recorded. */
  readonly tokens: number | null;
  readonly verdict: VerdictKind;
  /** Empty where there is none. */
  readonly reason: string;
  /** Of a verdict: 1, 0 or a part; null where it could not be judged. */
  readonly score: number | null;
}

export interface BenchFlags extends Partial<FlatValues<typeof BENCH>> {
  readonly base?: string;
}

export interface ListedRun {
  readonly folder: string;
  readonly kind: string;
  readonly step: number;
  readonly status: string;
  /** Right answers on held-out problems, before training and newest. */
  readonly heldOutBefore: number | null;
  readonly heldOut: number | null;
  /** Of the last step's rollouts. */
  readonly stepAccuracy: number | null;
  readonly stepLength: number | null;
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

export interface QueueFlags {
  /** `failed`, or the number of an evaluation: they are judged again. */
  readonly rerun?: string;
  /** The number of an evaluation whose log is wanted. */
  readonly log?: number;
  /** The Redis that has the run's queue; the one beside the run where absent. */
  readonly queue?: string;
}

/** What a queue holds. */
export interface QueueReport extends QueueCounts {
  readonly run: string;
  /** Evaluations that were made to wait again; null where none was asked for. */
  readonly again: number | null;
  /** The newest that failed. */
  readonly failures: readonly QueuedRow[];
  readonly log: string | null;
}

export interface QueueServeFlags {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly allowHosts?: readonly string[];
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

/** A queue that is served, as far as the command line has it. */
export type ServedQueueSession = Pick<ServedQueue, "url" | "port" | "stop">;

export interface DashboardFlags {
  readonly folder: string;
  readonly port?: number;
  readonly host?: string;
  /** The Redis that has runs' queues. */
  readonly queue?: string;
  readonly readOnly?: boolean;
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
