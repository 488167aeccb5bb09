import { openRunStore, type FitMetrics, type RunStore, type StepMetrics } from "../store/index.ts";

/** The steps of a run of RL. */
export function readSteps(folder: string): StepMetrics[] {
  return readRun(folder, (store) => store.ownMetrics());
}

/** The steps of a run of fine-tuning. */
export function readFitSteps(folder: string): FitMetrics[] {
  return readRun(folder, (store) => store.fitMetrics());
}

function readRun<T>(folder: string, read: (store: RunStore) => T): T {
  const store = openRunStore(folder, { readOnly: true });
  try {
    return read(store);
  } finally {
    store.close();
  }
}
