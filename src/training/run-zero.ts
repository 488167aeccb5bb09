import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OptionError, RunError } from "../errors.ts";
import { evaluate, type EvaluationDetails } from "../evaluation/evaluate.ts";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "../model/checkpoint.ts";
import { randomKey, splitKey } from "../random.ts";
import { checkRunFolder, createRunStore, openRunStore, runWriter, type EvaluationResult, type RunStore, type StoredRollout } from "../runs/index.ts";
import { loadTask } from "../tasks/index.ts";
import { runPreflight } from "./preflight.ts";
import type { ScoredGroup } from "./score-groups.ts";
import { renewsReference, trainGrpo } from "./train-grpo.ts";
import { loadNewestCheckpoint, pruneCheckpoints, savedSteps, saveTrainingCheckpoint, type TrainingCheckpoint } from "./training-checkpoint.ts";
import type { TrainingEvent } from "./training-event.ts";
import { resolveZeroOptions, type ZeroOptions } from "./zero-options.ts";
import { openSetting, runConfig, type OpenSetting } from "./zero-setting.ts";

export interface ZeroContext {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** One problem that the base got wrong and the trained model gets right. */
export interface ZeroExample {
  readonly question: string;
  readonly beforeText: string;
  readonly beforeAnswer: string | null;
  readonly afterText: string;
  readonly afterAnswer: string | null;
}

export interface ZeroSummary {
  readonly run: string;
  readonly steps: number;
  /** Seconds of RL, evaluations left out. */
  readonly seconds: number;
  readonly before: EvaluationResult;
  readonly after: EvaluationResult;
  readonly interrupted: boolean;
  readonly example: ZeroExample | null;
}

/** An evaluation as the store keeps it: the figures, and the first sample of every problem for the example. */
interface KeptEvaluation extends EvaluationResult {
  readonly firsts: readonly { readonly question: string; readonly text: string; readonly answer: string | null; readonly right: boolean }[];
}

/**
 * R1-Zero: trains a base model by GRPO on rule-based rewards alone, into a run folder. Everything is checked before the
 * first step; every step is kept.
 *
 * @throws OptionError, CheckpointError, RunError for what can't be trained
 */
export async function runZero(runFolder: string, partial: Partial<ZeroOptions> & { readonly base: string }, context: ZeroContext = {}): Promise<ZeroSummary> {
  const options = resolveZeroOptions(partial);
  const task = await loadTask(options.task);
  const model = await loadCheckpoint(options.base);
  const config = runConfig(options, model);
  const held = checkRunFolder(runFolder, config);
  if (held === "same" && ((await savedSteps(runFolder)).length > 0 || runWriter(runFolder) !== null)) throw new RunError(`The folder ${runFolder} holds this very run already; go on with \`aha resume ${runFolder}\`, or choose another folder.`);
  const setting = await openSetting(options, model, task);
  try {
    if (options.preflight) {
      const preflight = await runPreflight(setting);
      context.onEvent?.({ kind: "preflight", ...preflight });
      if (preflight.verdict === "will not learn") throw new OptionError(`Expected a base that RL can improve, but this one will not learn: ${preflight.advice} (or --no-preflight to train anyway).`);
    }
    // A run that was killed before its first checkpoint has nothing to go on from, and begins anew.
    if (held === "same") for (const file of ["run.db", "run.db-wal", "run.db-shm"]) await rm(join(runFolder, file), { force: true });
    const store = createRunStore(runFolder, config);
    return await keepingState(store, "started", async () => {
      const reference = options.klCoefficient > 0 ? await setting.policy.keepReference() : undefined;
      await saveTrainingCheckpoint(runFolder, 0, setting.policy, setting.tokenizer, reference);
      return train(runFolder, store, setting, 0, reference, context);
    });
  } finally {
    await setting.stop();
  }
}

/** Goes on with a run from its newest checkpoint, to the same bytes as if it had never stopped. */
export async function resumeZero(runFolder: string, context: ZeroContext = {}): Promise<ZeroSummary> {
  const store = openRunStore(runFolder);
  return keepingState(store, "resumed", async () => {
    const { kind: _kind, baseSha256: _hash, template: _template, ...kept } = store.config;
    const options = resolveZeroOptions({ ...(kept as Partial<ZeroOptions>), base: join(runFolder, "checkpoints", "step-0") });
    const checkpoint: TrainingCheckpoint = await loadNewestCheckpoint(runFolder);
    const task = await loadTask(options.task);
    const setting = await openSetting(options, checkpoint.model, task);
    try {
      await setting.policy.restoreMoments(checkpoint);
      const reference = checkpoint.reference === undefined ? undefined : await setting.policy.keepReference(checkpoint.reference);
      store.deleteAfter(checkpoint.step);
      return await train(runFolder, store, setting, checkpoint.step, reference, context);
    } finally {
      await setting.stop();
    }
  });
}

/** Notes how the work on a run begins and ends, and closes its store. */
async function keepingState(store: RunStore, begins: "started" | "resumed", work: () => Promise<ZeroSummary>): Promise<ZeroSummary> {
  try {
    store.recordState(begins);
    const summary = await work();
    store.recordState(summary.interrupted ? "interrupted" : "finished");
    return summary;
  } catch (error) {
    noteFailure(store, error as Error);
    throw error;
  } finally {
    store.close();
  }
}

/** On a full disk the note can't be written either; what the user must hear is the error that came first. */
function noteFailure(store: RunStore, error: Error): void {
  try {
    store.recordState("failed", error.message);
  } catch (second) {
    error.message += ` (nor could this be noted in the run: ${(second as Error).message})`;
  }
}

/** Before, the steps, after. `done` steps have been made already. */
async function train(runFolder: string, store: RunStore, setting: OpenSetting, done: number, reference: Float32Array | undefined, context: ZeroContext): Promise<ZeroSummary> {
  const { options, policy, tokenizer } = setting;
  const before = await measuredOnce(store, setting, "before", 0, runFolder, context);
  let step = done;
  let currentReference = reference;
  const secondsOf = (): number => store.metrics().reduce((sum, metrics) => sum + metrics.seconds, 0);
  const outOfTime = (): boolean => options.minutes > 0 && secondsOf() >= options.minutes * 60;
  const stopped = (): boolean => context.signal?.aborted === true;
  if (!stopped() && !outOfTime() && step < options.steps) {
    for await (const { metrics, groups } of trainGrpo(setting, done + 1)) {
      step = metrics.step;
      store.recordStep(step, metrics, storedRollouts(groups, step));
      context.onEvent?.({ kind: "step", metrics, steps: options.steps });
      if (renewsReference(options, step)) currentReference = await policy.reference();
      const folder = await saveTrainingCheckpoint(runFolder, step, policy, tokenizer, currentReference);
      await pruneCheckpoints(runFolder, options.keepEvery);
      if (step % options.keepEvery === 0) context.onEvent?.({ kind: "checkpoint", step, folder });
      if (stopped() || outOfTime()) break;
    }
  }
  const interrupted = stopped();
  await saveCheckpoint(join(runFolder, "final"), { config: policy.config, parameters: policy.parameters(), tokenizer });
  const after = interrupted ? before : await measuredOnce(store, setting, "after", step, runFolder, context);
  return { run: runFolder, steps: step, seconds: secondsOf(), before: figures(before), after: figures(after), interrupted, example: interrupted ? null : exampleOf(before, after) };
}

/** An evaluation that the store holds already is not made again; it would give the same. */
async function measuredOnce(store: RunStore, setting: OpenSetting, name: "before" | "after", step: number, runFolder: string, context: ZeroContext): Promise<KeptEvaluation> {
  const kept = store.evaluations().find((evaluation) => evaluation.name === name && evaluation.step === step);
  if (kept !== undefined) return kept.result as KeptEvaluation;
  // A run that was killed before its first evaluation and has trained since measures the base from its own copy.
  const base: Checkpoint | undefined = name === "before" && (await savedSteps(runFolder)).at(-1) !== 0 ? await loadCheckpoint(join(runFolder, "checkpoints", "step-0")) : undefined;
  const measuring = base === undefined ? setting : await openSetting(setting.options, base, setting.task);
  try {
    const details = await evaluateRun(measuring, step, (done, total) => context.onEvent?.({ kind: "evaluating", name, done, total }));
    const result: KeptEvaluation = { ...details.evaluation, firsts: details.judged.map((rollouts) => first(rollouts[0]!)) };
    store.recordEvaluation(name, step, result);
    context.onEvent?.({ kind: "evaluated", name, result: figures(result) });
    return result;
  } finally {
    if (measuring !== setting) await measuring.stop();
  }
}

function evaluateRun(setting: OpenSetting, step: number, onProgress: (done: number, total: number) => void): Promise<EvaluationDetails> {
  const { options, policy, tokenizer, task, judge, template } = setting;
  const problems = task.problems(options.evaluationSplit);
  return evaluate(policy, tokenizer, {
    task,
    judge,
    template,
    problems: options.evaluationProblems > 0 ? problems.slice(0, options.evaluationProblems) : problems,
    samples: options.evaluationSamples,
    temperature: options.temperature,
    maxCompletionTokens: options.maxCompletionTokens,
    key: splitKey(randomKey(options.seed), "evaluation"),
    policyStep: step,
    slots: 256 * options.workers,
    onProgress,
  });
}

function first({ problem, rollout, parsed, verdict }: EvaluationDetails["judged"][number][number]): KeptEvaluation["firsts"][number] {
  return { question: problem.question, text: rollout.text, answer: parsed.answer, right: verdict.kind === "right" };
}

function figures({ accuracy, standardError, greedyAccuracy, meanLength, selfCorrectionShare, truncatedShare, problems, samples }: KeptEvaluation): EvaluationResult {
  return { accuracy, standardError, greedyAccuracy, meanLength, selfCorrectionShare, truncatedShare, problems, samples };
}

/** The first problem whose first sample went from wrong to right with a try that was taken back; any that went from wrong to right where there is none. */
function exampleOf(before: KeptEvaluation, after: KeptEvaluation): ZeroExample | null {
  const turned = after.firsts.flatMap((sample, i) => (sample.right && before.firsts[i] !== undefined && !before.firsts[i].right ? [{ before: before.firsts[i], after: sample }] : []));
  const chosen = turned.find((pair) => / no /.test(pair.after.text)) ?? turned[0];
  if (chosen === undefined) return null;
  return { question: chosen.after.question, beforeText: chosen.before.text, beforeAnswer: chosen.before.answer, afterText: chosen.after.text, afterAnswer: chosen.after.answer };
}

function storedRollouts(groups: readonly ScoredGroup[], step: number): StoredRollout[] {
  return groups.flatMap(({ problem, rollouts }) =>
    rollouts.map(({ rollout, prompt, reward, advantage }) => ({ step, problemId: problem.id, prompt, difficulty: problem.difficulty, rollout, reward, advantage })),
  );
}

