import { join } from "node:path";
import { createRunStore, type RunStore } from "../../../src/store/index.ts";
import type { StoredRollout } from "../../../src/store/index.ts";
import { EVALUATION, stepMetrics } from "../../contracts/run-samples.ts";

/** What a run of the tests is like. */
export interface MadeRun {
  readonly steps: number;
  readonly seed?: number;
  /** In the place of the usual completion, of sample 0 of problem 0 of every step. */
  readonly text?: string;
  readonly kind?: string;
}

/** Makes a run with steps, rollouts and evaluations, and leaves its store open for more. */
export function makeRun(folder: string, id: string, { steps, seed = 1, text, kind = "zero" }: MadeRun): RunStore {
  const store = createRunStore(join(folder, id), {
    kind,
    task: "countdown",
    base: "models/countdown-base",
    seed,
    steps: 40,
    groupSize: 4,
  });
  store.recordState("started");
  store.recordEvaluation("before", 0, EVALUATION);
  for (let step = 1; step <= steps; step++) addStep(store, step, text);
  return store;
}

/** One more step, of two problems with four samples each. */
export function addStep(store: RunStore, step: number, text?: string): void {
  const metrics = stepMetrics(step, { rollouts: 8, accuracy: Math.min(0.9, 0.2 + step / 50), truncatedShare: 0.05 });
  store.recordStep(step, metrics, rolloutsOf(step, text));
}

function rolloutsOf(step: number, text?: string): StoredRollout[] {
  return Array.from({ length: 8 }, (_, i): StoredRollout => {
    const problem = i >> 2;
    const right = (i + step) % 3 === 0;
    const usual = `<think> 2 + 7 = 9 , too small . wait , ${step} no . 9 + 7 = 16 </think> <answer> ${right ? "9 + 7 + 9" : "2 + 7"} </answer>`;
    const shown = i === 0 && text !== undefined ? text : usual;
    const tokens = Array.from({ length: 12 }, (_token, place) => place + 5);
    return {
      step,
      problemIndex: problem,
      problemId: problem === 0 ? "countdown:2,7,9=25" : `countdown:1,2,${step}=9`,
      prompt: problem === 0 ? "2 7 9 make 25 :" : `1 2 ${step} make 9 :`,
      difficulty: problem === 0 ? 0.25 : 0.75,
      rollout: {
        promptTokens: [1, 6],
        tokens,
        logprobs: tokens.map((token) => -token / 10),
        text: shown,
        status: i === 7 ? "truncated" : "finished",
        policyStep: step - 1,
        sample: i & 3,
      },
      reward: {
        total: right ? 1 : 0,
        breakdown: { accuracy: right ? 1 : 0, format: 1 },
        verdict: right ? { kind: "right" } : { kind: "wrong", reason: "makes 9" },
      },
      advantage: right ? 0.75 : -0.25,
    };
  });
}
