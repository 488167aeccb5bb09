import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { RunError } from "../errors.ts";
import type { JudgeContext } from "../judging/create-judge.ts";
import type { ModelFace } from "../formats/checkpoint.ts";
import { trainedModel } from "../formats/find-model.ts";
import {
  checkRunFolder,
  createRunStore,
  runWriter,
  type EvaluationResult,
  type RunConfig,
  type RunStore,
  type RunWarning,
  type StepMetrics,
  type StoredEvaluation,
  type StoredRollout,
} from "../store/index.ts";
import { secondsLeft, stepCost } from "../figures/index.ts";
import { shellWord } from "../text/shell-word.ts";
import { noteFreed } from "../host/collect-garbage.ts";
import { checkOwnFolder } from "../host/plain-files.ts";
import { shownDevice } from "./shown-device.ts";
import { saveFinalModel } from "./final-model.ts";
import type { ModelToTrain } from "./open-policy.ts";
import { RunCheckpoints } from "./run-checkpoints.ts";
import {
  loadNewestCheckpoint,
  loadStep,
  restorePolicy,
  savedSteps,
  saveTrainingCheckpoint,
} from "./training-checkpoint.ts";
import type { TrainingEvent } from "./training-event.ts";
import type { LookName, OpenJob, RunHistory, TrainingJob } from "./training-job.ts";
import { exampleOf, firstSample, type TurnedExample } from "./turned-example.ts";
import { watchWarnings } from "./watch-warnings.ts";
import { peakMegabytesResident } from "../host/peak-memory.ts";

export interface RunContext {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
  /** Takes each step of reinforcement learning when it was made and kept; the next waits for it. */
  readonly onStep?: ((step: RunStep) => Promise<void>) | undefined;
}

/** A step of reinforcement learning as it was made and kept. */
export interface RunStep extends StepMetrics {
  readonly completions: readonly StoredRollout[];
}

/**
 * What a job's judge tells and is told: that it waits for a verifier, that the run is stopped, and where its queue is
 * kept.
 */
export function judgeContext(
  { signal, onEvent }: Pick<RunContext, "signal" | "onEvent">,
  folder?: string,
): JudgeContext {
  return { signal, folder, onPause: (pause) => onEvent?.({ kind: "judge paused", ...pause }) };
}

/** Tells those who follow a run something in words. */
export function noting({ onEvent }: RunContext): (text: string) => void {
  return (text) => onEvent?.({ kind: "note", text });
}

/** The newest figures of a run that was stopped. */
export interface NewestFigures {
  /** The last whole step. */
  readonly step: number;
  /** Share of right answers among that step's rollouts; null where there were none, or none was judged. */
  readonly trainingAccuracy: number | null;
  /** The newest evaluation between before and after. */
  readonly during: StoredEvaluation | null;
}

export interface TrainingSummary {
  readonly run: string;
  readonly steps: number;
  /** Seconds of training, evaluations left out. */
  readonly seconds: number;
  /** Null where the run has nothing to be measured on. */
  readonly before: EvaluationResult | null;
  /** Null there too, and where the run was stopped: it is measured at its end alone. */
  readonly after: EvaluationResult | null;
  readonly interrupted: boolean;
  /** Why it ended before its last step, where it did so by itself; it can be resumed. Null otherwise. */
  readonly stopped: string | null;
  /** The server that has the trained weights; null where they are here. */
  readonly server: string | null;
  /** Of a run that was stopped after its first step; null otherwise. */
  readonly newest: NewestFigures | null;
  /** What holds at the end that a person should look at. */
  readonly warnings: readonly RunWarning[];
  readonly example: TurnedExample | null;
  /** Most memory that this process has had resident, in megabytes of 2^20 bytes. */
  readonly peakMegabytes: number;
  /** What was planned before anything was started; null where nothing is planned. */
  readonly plannedMegabytes: number | null;
}

/**
 * Begins a run in a folder: everything is checked before the first step, every step is kept.
 *
 * @param prepare writes into the folder what a later resume needs beside the checkpoints
 * @throws RunError where the folder holds this run already, or another one
 */
export async function startRun(
  runFolder: string,
  config: RunConfig,
  base: ModelToTrain,
  open: OpenJob,
  context: RunContext,
  prepare: (store: RunStore) => Promise<void> = async () => {},
): Promise<TrainingSummary> {
  const held = checkRunFolder(runFolder, config);
  checkOwnFolders(runFolder);
  if (held === "same" && ((await savedSteps(runFolder)).length > 0 || runWriter(runFolder) !== null))
    throw new RunError(
      `The folder ${runFolder} holds this very run already; go on with \`aha resume ${shellWord(runFolder)}\`, or choose another folder.`,
    );
  const job = await open(base);
  try {
    await job.preflight((event) => context.onEvent?.(event));
    // A run that was killed before its first checkpoint has nothing to go on from, and begins anew.
    if (held === "same")
      for (const file of ["run.db", "run.db-wal", "run.db-shm"]) await rm(join(runFolder, file), { force: true });
    const store = createRunStore(runFolder, config);
    const { served } = job.policy;
    const there = served && `${String(config["servedModel"])} on ${served.engine}, without replay to the byte`;
    return await keepingState(store, { state: "started", detail: there ?? baseName(base) }, async () => {
      await prepare(store);
      await saveTrainingCheckpoint(runFolder, 0, { policy: job.policy, extras: await job.extras() }, job.tokenizer);
      return train(runFolder, store, job, open, 0, context);
    });
  } finally {
    await job.stop();
  }
}

/**
 * Goes on with an opened run from its newest checkpoint, to the same bytes as if it had never stopped. Closes the
 * store.
 */
export async function continueRun(
  runFolder: string,
  store: RunStore,
  open: OpenJob,
  context: RunContext & { readonly changed?: boolean },
): Promise<TrainingSummary> {
  return keepingState(store, { state: "resumed", detail: "" }, async () => {
    checkOwnFolders(runFolder);
    const { job, done, bytes } = await reopened(runFolder, store, open, context);
    noteFreed(bytes);
    try {
      return await train(runFolder, store, job, open, done, context);
    } finally {
      await job.stop();
    }
  });
}

/** A run's job as its newest checkpoint left it; of the checkpoint itself nothing stays in memory. */
async function reopened(
  runFolder: string,
  store: RunStore,
  open: OpenJob,
  { changed = false }: { readonly changed?: boolean },
): Promise<{ readonly job: TrainingJob; readonly done: number; readonly bytes: number }> {
  const checkpoint = await loadNewestCheckpoint(runFolder);
  const done = checkpoint.step;
  store.deleteAfter(done);
  // With other options it isn't what was decided for.
  if (changed) store.schedule.forget(done);
  const job = await open(checkpoint.model);
  try {
    await restorePolicy(job.policy, checkpoint);
    await job.restoreExtras(checkpoint.extras);
    // The moments, and the file that they were read from.
    return { job, done, bytes: "moments" in checkpoint.kept ? 4 * checkpoint.kept.moments.firstMoment.byteLength : 0 };
  } catch (error) {
    await job.stop();
    throw error;
  }
}

/**
 * Told before hours of training, and not at their end.
 *
 * @throws RunError where a folder to be written leads out of the run's
 */
function checkOwnFolders(runFolder: string): void {
  for (const name of ["checkpoints", "adapter", "final", "reward-model"]) checkOwnFolder(runFolder, name);
}

/**
 * What people call the base: its folder's name, that of the run whose model or adapter it is, or that of a model of the
 * hub, whose folder in the cache is named by its commit. Where it lies decides nothing, so the config doesn't have it.
 */
function baseName({ folder }: Pick<ModelFace, "folder">): string {
  const ofHub = /models--([^/\\]+)[/\\]snapshots[/\\]/.exec(folder)?.[1]?.replace("--", "/");
  const parent = dirname(resolve(folder));
  return ofHub ?? basename(trainedModel(parent) === null ? folder : parent);
}

/** Notes how the work on a run begins and ends, and closes its store. */
async function keepingState(
  store: RunStore,
  begins: { readonly state: "started" | "resumed"; readonly detail: string },
  work: () => Promise<TrainingSummary>,
): Promise<TrainingSummary> {
  try {
    store.recordState(begins.state, begins.detail);
    const summary = await work();
    store.recordState(summary.interrupted ? "interrupted" : "finished", summary.stopped ?? "");
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
async function train(
  runFolder: string,
  store: RunStore,
  job: TrainingJob,
  open: OpenJob,
  done: number,
  context: RunContext,
): Promise<TrainingSummary> {
  const { policy, tokenizer, limits } = job;
  const stopped = (): boolean => context.signal?.aborted === true;
  const before = await unlessStopped(context, () => measuredOnce(store, job, open, "before", 0, runFolder, context));
  const warnings = watchWarnings(store);
  const checkpoints = new RunCheckpoints({ runFolder, job, done, onEvent: context.onEvent });
  let step = done;
  let seconds = store.secondsOfSteps();
  const costs = store.metrics().map(stepCost);
  let ended: string | null = null;
  const outOfTime = (): boolean => limits.minutes > 0 && seconds >= limits.minutes * 60;
  const duringTraining = async (): Promise<void> => {
    if ((await measuredDuring(store, job, open, step, runFolder, context)) !== null) warnings.measured();
  };
  // A run that was stopped behind a checkpoint and before its measurement makes up for it.
  if (!stopped() && step > 0) await unlessStopped(context, duringTraining);
  if (!stopped() && !outOfTime() && step < limits.steps) {
    // Stopped while it waited for a verifier, the step under way is not made.
    const making = unlessStopped(context, async () => {
      for await (const { metrics, rollouts, ends } of job.train(done + 1, historyOf(store))) {
        step = metrics.step;
        seconds += metrics.seconds;
        // So the store never holds more than one step beyond the newest checkpoint that is whole.
        await checkpoints.written();
        store.recordStep(step, metrics, rollouts);
        costs.push(stepCost(metrics));
        const of = { steps: limits.steps, secondsLeft: secondsLeft(costs, limits), ...shownDevice(store.config) };
        context.onEvent?.(
          "accuracy" in metrics ? { kind: "step", metrics, ...of } : { kind: "fit", ...metrics, ...of },
        );
        await checkpoints.after(step);
        if ("accuracy" in metrics) {
          for (const warning of warnings.after(metrics)) context.onEvent?.({ kind: "warning", warning });
          if (context.onStep !== undefined) {
            await checkpoints.written();
            await context.onStep({ ...metrics, completions: rollouts });
          }
        }
        ended = ends ?? null;
        if (stopped() || outOfTime() || ended !== null) break;
        await duringTraining();
      }
      return null;
    });
    try {
      await making;
    } finally {
      await checkpoints.rest();
    }
  }
  await checkpoints.end(step);
  const left = await saveFinalModel(runFolder, policy, tokenizer);
  if (left !== null) noting(context)(left);
  const after =
    stopped() || ended !== null
      ? null
      : await unlessStopped(context, () => measuredOnce(store, job, open, "after", step, runFolder, context));
  // One who stops while nothing is left to do has not stopped anything.
  const interrupted = (stopped() || ended !== null) && after === null;
  const example = before === null || after === null ? null : exampleOf(before, after);
  return {
    run: runFolder,
    steps: step,
    seconds,
    before,
    after,
    interrupted,
    stopped: ended,
    server: policy.served?.engine ?? null,
    newest: interrupted ? newestFigures(store) : null,
    warnings: warnings.now(),
    example,
    peakMegabytes: peakMegabytesResident(),
    plannedMegabytes: job.plannedMegabytes,
  };
}

function historyOf(store: RunStore): RunHistory {
  const ended = store.states().findLast(({ state, detail }) => state === "interrupted" && detail !== "");
  return {
    schedule: store.schedule,
    steps: store.ownMetrics(ended?.step ?? -1).filter((line) => "rewardByPart" in line),
  };
}

/** What a job gives; null where it ended because the run was stopped. */
async function unlessStopped<T>({ signal }: RunContext, job: () => Promise<T>): Promise<T | null> {
  try {
    return await job();
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) return null;
    throw error;
  }
}

function newestFigures(store: RunStore): NewestFigures | null {
  const step = store.lastStep();
  if (step === 0) return null;
  const metrics = store.metrics(step - 1).at(-1);
  return { step, trainingAccuracy: metrics?.accuracy ?? null, during: store.lastEvaluation("during") };
}

/** Measures at every so many steps. The last step is measured at the end, on all problems. */
async function measuredDuring(
  store: RunStore,
  job: TrainingJob,
  open: OpenJob,
  step: number,
  runFolder: string,
  context: RunContext,
): Promise<EvaluationResult | null> {
  const { evaluateEvery, steps } = job.limits;
  if (evaluateEvery === 0 || step % evaluateEvery !== 0 || step >= steps) return null;
  return measuredOnce(store, job, open, "during", step, runFolder, context);
}

/** An evaluation that the store holds already is not made again; it would give the same. */
async function measuredOnce(
  store: RunStore,
  job: TrainingJob,
  open: OpenJob,
  name: LookName,
  step: number,
  runFolder: string,
  context: RunContext,
): Promise<EvaluationResult | null> {
  const kept = store.evaluations().find((evaluation) => evaluation.name === name && evaluation.step === step);
  if (kept !== undefined) return kept.result;
  // A run that was killed before its first evaluation and has trained since measures the base from its own copy.
  const measuring =
    name === "before" && (await savedSteps(runFolder)).at(-1) !== 0
      ? await open(await loadStep(runFolder, 0), "beside another")
      : job;
  try {
    const details = await measuring.evaluate(name, step, (done, total) =>
      context.onEvent?.({ kind: "evaluating", name, done, total }),
    );
    if (details === null) return null;
    const firstSamples = details.judged.map(([first]) => firstSample(first!));
    const result: EvaluationResult = { ...details.evaluation, firstSamples };
    store.recordEvaluation(name, step, result, details.watched);
    context.onEvent?.({ kind: "evaluated", name, result });
    return result;
  } finally {
    if (measuring !== job) await measuring.stop();
  }
}
