import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openRunStore, type RunStore } from "../../src/store/index.ts";
import type { TrainingEvent } from "../../src/training/training-event.ts";
import { continueRun, startRun, type RunContext, type TrainingSummary } from "../../src/training/training-run.ts";
import { FAKE_BASE, fakeJobs, type FakeJobs } from "./fake-job.ts";
import { CONFIG } from "./run-samples.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The steps of a whole run of fake jobs. */
export const STEPS: readonly number[] = [1, 2, 3, 4];

export const start = (folder: string, jobs: FakeJobs, context: RunContext = {}): Promise<TrainingSummary> =>
  startRun(folder, CONFIG, FAKE_BASE, jobs.open, context);

export const goOn = (folder: string, jobs: FakeJobs, context: RunContext = {}): Promise<TrainingSummary> =>
  continueRun(folder, openRunStore(folder), jobs.open, context);

export const newRun = (): string => join(temporaryFolder(), "run");

/** Reads a run beside whoever has it. */
export function reading<T>(folder: string, read: (store: RunStore) => T): T {
  const store = openRunStore(folder, { readOnly: true });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

/** Everything that a run computed. */
export function outcomeOf(folder: string): object {
  const weights = readFileSync(join(folder, "final", "model.safetensors")).toString("base64");
  return reading(folder, (store) => ({
    weights,
    content: store.contentDigest(),
    evaluations: store.evaluations(),
    places: [...store.rollouts()].map(({ step, problemIndex, rollout }) => [step, problemIndex, rollout.sample]),
  }));
}

export const statesOf = (folder: string): string[] =>
  reading(folder, (store) => store.states().map(({ state, step }) => `${state} ${step}`));

/** What a kill at this moment would leave: a copy of the folder as it is on the disk. */
export function killed(folder: string): string {
  const copy = newRun();
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith("-shm") });
  return copy;
}

/** The same run without a stop. */
export async function whole(options: Parameters<typeof fakeJobs>[0] = {}): Promise<string> {
  const folder = newRun();
  await start(folder, fakeJobs(options));
  return folder;
}

export function abortingAt(
  step: number,
  controller = new AbortController(),
): RunContext & { readonly signal: AbortSignal } {
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind === "step" && event.metrics.step === step) controller.abort(new Error("stopped"));
  };
  return { signal: controller.signal, onEvent };
}
