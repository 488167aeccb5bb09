import type { RolloutQuery, RunStore } from "../store/index.ts";
import { rolloutRecord } from "./rollout-record.ts";

/**
 * Rollouts as JSON Lines: one RolloutRecord a line, each with its line end, read from the store as they are asked for.
 *
 * @throws RunError where the run is damaged
 */
export function* rolloutsToJsonl(store: Pick<RunStore, "rollouts">, query: RolloutQuery = {}): Generator<string> {
  for (const stored of store.rollouts(query)) {
    const record = rolloutRecord(stored);
    yield `${JSON.stringify({ ...record, logprobs: record.logprobs.map(shortest) })}\n`;
  }
}

/** Nine digits tell 32-bit floats apart; the seventeen of a double would make the file half as large again. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}
