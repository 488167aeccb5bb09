/**
 * Aha: reinforcement learning of reasoning in TypeScript, after DeepSeek-R1 (arXiv:2501.12948).
 *
 * @module
 */
export {
  AhaError,
  CheckpointError,
  EngineError,
  OptionError,
  RunError,
  ShapeError,
  TaskError,
  TokenizerError,
} from "./errors.ts";
export { randomKey, RandomStream, splitKey, type RandomKey } from "./random.ts";
export { loadCheckpoint, saveCheckpoint, type Checkpoint } from "./formats/checkpoint.ts";
export type { ModelConfig } from "./model/model-config.ts";
export type { Tokenizer } from "./tokenizer/tokenizer.ts";
export type { Attempt, Problem, Split, Task, Verdict } from "./tasks/index.ts";
export { findTemplate, parseCompletion, type ParsedCompletion, type PromptTemplate } from "./prompts/index.ts";
export type { Completion, JudgedRollout, Rollout, ScoredRollout, StopReason } from "./records/rollout.ts";
export {
  accuracyReward,
  formatReward,
  languageConsistencyReward,
  lengthShaping,
  weightedReward,
  type CompletionReward,
  type GroupReward,
  type Reward,
  type RewardPart,
} from "./rewards/index.ts";
export type { Algorithm, AlgorithmContext, AlgorithmValue } from "./algorithms/algorithm.ts";
export { defineAlgorithm, type OwnAlgorithm } from "./algorithms/define-algorithm.ts";
export { grpo } from "./algorithms/grpo.ts";
export { ppo } from "./algorithms/ppo.ts";
export { rloo } from "./algorithms/rloo.ts";
export {
  againstGold,
  defineTask,
  findTask,
  TASK_NAMES,
  type OwnProblem,
  type OwnSplit,
  type OwnTask,
} from "./tasks/index.ts";
export { describeData, type DataReport, type DescribeDataOptions } from "./data/data-report.ts";
export type { GoldVerifier, GoldVerifiers } from "./data/gold-verifier.ts";
export { dataTask, type DataContext } from "./data/open-data-task.ts";
export { repositoryTask, type RepositoryData } from "./data/repository-task.ts";
export type { DataValues } from "./data/data-options.ts";
export { taskFromData, type DataTask, type TaskFromDataOptions } from "./data/task-from-data.ts";
export { shippedModel, type ShippedModel } from "./formats/shipped-model.ts";
export { train, type AlgorithmName, type RewardName, type Run, type TrainOptions } from "./training/train.ts";
export type { RunStep } from "./training/training-run.ts";
export type { RunValues, ValueName } from "./training/run-values.ts";
export {
  groupRelativeAdvantages,
  leaveOneOutAdvantages,
  meanCentredAdvantages,
  type AdvantageFunction,
} from "./advantages/index.ts";
export { constantLength, sequenceMean, tokenMean, type TokenAggregation } from "./losses/index.ts";
export { measureEmergence, type EmergenceMetrics } from "./emergence/index.ts";
export { evaluate, type EvaluateModelContext } from "./evaluation/evaluate-model.ts";
export type { EvaluateModelOptions } from "./evaluation/evaluate-options.ts";
export { drawRows } from "./algorithms/draw-rows.ts";
export { createJudge } from "./judging/create-judge.ts";
export { judgeGroups, type Judge } from "./judging/judge.ts";
export { verdictScore } from "./verifiers/verdict-score.ts";
export {
  openModel,
  type ModelUpdateOptions,
  type OpenModelOptions,
  type SampleOptions,
  type TrainableModel,
} from "./training/open-model.ts";
export type { Evaluation } from "./evaluation/evaluate.ts";
export {
  choiceVerifier,
  createVerifier,
  exactVerifier,
  extractor,
  jsonVerifier,
  mathsVerifier,
  numberVerifier,
  regexVerifier,
  textVerifier,
  type AnswerExtractor,
  type AnswerVerifier,
  type VerifierOptions,
} from "./verifiers/index.ts";
export { llmJudge, type LlmJudge, type LlmJudgeOptions } from "./policy/remote/llm-judge.ts";
export { majorityVote, passAtK } from "./numbers/metrics.ts";
export { exportModel, type ExportOptions, type ExportSummary } from "./export/export-model.ts";
export { pretrain, type PretrainSummary } from "./pretraining/pretrain.ts";
export type { PretrainOptions } from "./pretraining/pretrain-options.ts";
export { resumeRun } from "./training/resume-run.ts";
export { runSft } from "./training/run-sft.ts";
export type { SftOptions } from "./training/sft-groups.ts";
export type { TrainingSummary } from "./training/training-run.ts";
export type { TrainingEvent } from "./training/training-event.ts";
export { problemSet } from "./data/problem-set.ts";
export { clippedPolicyLoss, type PolicyLoss } from "./losses/index.ts";
export { serve, type ServedApi, type ServeOptions } from "./server/serve.ts";
export { serveRewards, type ServedRewards, type ServeRewardsOptions } from "./server/rewards/serve-rewards.ts";
export type { RewardFigures } from "./server/rewards/reward-counts.ts";
