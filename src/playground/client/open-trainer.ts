/** Opens the worker that trains a run. */
export function openTrainer(): Worker {
  return new Worker(new URL("../trainer/trainer-worker.ts", import.meta.url), { type: "module" });
}
