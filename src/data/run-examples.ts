import { openRunStore } from "../store/index.ts";
import type { TrainingExample } from "./training-example.ts";

/**
 * The right, finished rollouts of all steps of a run, in their order, each prompt with a text once.
 *
 * @throws RunError where the run is damaged
 */
export function* runExamples(folder: string): Generator<TrainingExample> {
  const store = openRunStore(folder, { readOnly: true });
  try {
    const seen = new Set<string>();
    for (const { prompt, problemId, rollout } of store.rollouts({ verdict: "right", status: "finished" })) {
      const key = JSON.stringify([prompt, rollout.text]);
      if (seen.has(key)) continue;
      seen.add(key);
      yield { prompt, completion: rollout.text, problemId };
    }
  } finally {
    store.close();
  }
}
