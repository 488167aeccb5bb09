import { canonicalJson } from "../host/canonical-json.ts";
import { sha256OfLines } from "../host/sha256.ts";
import type { RecordedStep } from "../records/metrics.ts";
import type { StoredRollout } from "../records/rollout.ts";
import type { RunConfig } from "../records/run-event.ts";

/** The metrics that say how long something took, and who did it: all that may differ between two runs of one config. */
export const TIMING_FIELDS: readonly (keyof RecordedStep)[] = [
  "rolloutSeconds",
  "rewardSeconds",
  "updateSeconds",
  "seconds",
  "tokensPerSecond",
  "samplers",
];

/**
 * The SHA-256 of a run: its config, its metrics without timings and all its rollouts, in order. Two runs of one config
 * that computed the same, bit for bit, have the same digest, whether or not they were interrupted.
 *
 * @returns 64 hexadecimal digits
 */
export function digestOf(
  config: RunConfig,
  metrics: Iterable<RecordedStep>,
  rollouts: Iterable<StoredRollout>,
): string {
  return sha256OfLines(digestedLines(config, metrics, rollouts));
}

function* digestedLines(
  config: RunConfig,
  metrics: Iterable<RecordedStep>,
  rollouts: Iterable<StoredRollout>,
): Generator<string> {
  const timings: readonly string[] = TIMING_FIELDS;
  yield canonicalJson(config);
  for (const step of metrics) {
    const computed = Object.fromEntries(Object.entries(step).filter(([name]) => !timings.includes(name)));
    const { ahead } = step;
    // How busy the checks were is a timing too.
    yield canonicalJson(ahead === undefined ? computed : { ...computed, ahead: { ...ahead, busy: 0 } });
  }
  yield "rollouts";
  for (const rollout of rollouts) yield canonicalJson(rollout);
}
