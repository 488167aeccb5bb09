import { tabLack } from "./tab-support.ts";
import type { TrainerLink } from "./tab-client.ts";

/** Opens the worker that trains a run. @throws Error where this browser can't train */
export function openTrainer(): TrainerLink {
  const lack = tabLack();
  if (lack !== null) throw new Error(`This browser has no ${lack === "simd" ? "WebAssembly SIMD" : "workers"}.`);
  return new Worker(new URL("../trainer/trainer-worker.ts", import.meta.url), { type: "module" });
}
