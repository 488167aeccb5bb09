import { createHash } from "node:crypto";
import type { RunConfig, StepMetrics, StoredRollout } from "../records/run-event.ts";

/** The metrics that say how long something took: all that may differ between two runs of one config. */
export const TIMING_FIELDS: readonly (keyof StepMetrics)[] = [
  "rolloutSeconds",
  "rewardSeconds",
  "updateSeconds",
  "seconds",
  "tokensPerSecond",
];

/**
 * The SHA-256 of a run: its config, its metrics without timings and all its rollouts, in order. Two runs of one config
 * that computed the same, bit for bit, have the same digest, whether or not they were interrupted.
 *
 * @returns 64 hexadecimal digits
 */
export function digestOf(config: RunConfig, metrics: Iterable<StepMetrics>, rollouts: Iterable<StoredRollout>): string {
  const hash = createHash("sha256");
  hash.update(`${canonicalJson(config)}\n`);
  const timings: readonly string[] = TIMING_FIELDS;
  for (const step of metrics)
    hash.update(
      `${canonicalJson(Object.fromEntries(Object.entries(step).filter(([name]) => !timings.includes(name))))}\n`,
    );
  hash.update("rollouts\n");
  for (const rollout of rollouts) hash.update(`${canonicalJson(rollout)}\n`);
  return hash.digest("hex");
}

/** JSON with the keys of objects in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    // JSON knows neither these nor -0, and they are not the same.
    if (typeof item === "number" && (!Number.isFinite(item) || Object.is(item, -0)))
      return `number ${Object.is(item, -0) ? "-0" : item}`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
