import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  openRunStore,
  TIMING_FIELDS,
  type StepMetrics,
  type StoredEvaluation,
  type StoredRollout,
} from "../../src/store/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";
import { runZero } from "../../src/training/run-zero.ts";
import type { TrainingEvent } from "../../src/training/training-event.ts";
import { newFolder, outcome } from "./cli-run.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;
const OPTIONS = {
  base: BASE,
  steps: 5,
  problemsPerStep: 4,
  groupSize: 4,
  seed: 3,
  maxCompletionTokens: 64,
  preflight: false,
  evaluationProblems: 8,
  evaluationSamples: 4,
};
const MEASURED = { ...OPTIONS, evaluateEvery: 2, evaluateProblems: 4, watchProblems: 2 };

interface Contents {
  /** Without what tells how long something took. */
  readonly metrics: readonly Partial<StepMetrics>[];
  readonly rollouts: readonly StoredRollout[];
  readonly evaluations: readonly StoredEvaluation[];
  readonly watched: readonly StoredRollout[];
}

function contentsOf(folder: string): Contents {
  const store = openRunStore(folder, { readOnly: true });
  const metrics = store
    .metrics()
    .map((step) =>
      Object.fromEntries(Object.entries(step).filter(([name]) => !(TIMING_FIELDS as readonly string[]).includes(name))),
    );
  const contents = {
    metrics,
    rollouts: [...store.rollouts()],
    evaluations: store.evaluations(),
    watched: [...store.watched()],
  };
  store.close();
  return contents;
}

describe("measuring every two steps", () => {
  const plain = join(newFolder(), "run");
  const measured = join(newFolder(), "run");
  const events: TrainingEvent[] = [];

  beforeAll(async () => {
    await runZero(plain, { ...OPTIONS, watchProblems: 0 });
    await runZero(measured, MEASURED, { onEvent: (event) => void events.push(event) });
  });

  test("changes nothing of what is trained", () => {
    const { metrics, rollouts } = contentsOf(measured);
    expect({ metrics, rollouts }).toEqual({ metrics: contentsOf(plain).metrics, rollouts: contentsOf(plain).rollouts });
    expect(outcome(measured).weights).toBe(outcome(plain).weights);
  });

  test("gives figures between those before and after, on fewer problems", () => {
    const { evaluations } = contentsOf(measured);
    expect(
      evaluations.map(({ name, step, result }) => [
        name,
        step,
        result.problems,
        result.samples,
        result.majoritySamples,
      ]),
    ).toEqual([
      ["before", 0, 8, 4, 4],
      ["during", 2, 4, 4, 4],
      ["during", 4, 4, 4, 4],
      ["after", 5, 8, 4, 4],
    ]);
    for (const { result } of evaluations) {
      expect(result.majorityAccuracy! * result.problems).toBe(Math.round(result.majorityAccuracy! * result.problems));
      expect(result.standardError).toBeGreaterThanOrEqual(0);
    }
    expect(events.flatMap((event) => (event.kind === "evaluated" ? [event.name] : []))).toEqual([
      "before",
      "during",
      "during",
      "after",
    ]);
  });

  test("keeps the completions of the same problems every time", () => {
    const { watched } = contentsOf(measured);
    expect(contentsOf(plain).watched).toEqual([]);
    expect(watched.map(({ step }) => step)).toEqual([0, 2, 4, 5].flatMap((step) => new Array<number>(8).fill(step)));
    const problemsAt = (step: number): string[] => [
      ...new Set(watched.filter((one) => one.step === step).map(({ problemId }) => problemId)),
    ];
    expect(problemsAt(0)).toHaveLength(2);
    for (const step of [2, 4, 5]) expect(problemsAt(step)).toEqual(problemsAt(0));
    expect(
      watched.every(
        ({ rollout, advantage }) =>
          rollout.tokens.length > 0 && rollout.logprobs.length === rollout.tokens.length && advantage === null,
      ),
    ).toBe(true);
  });

  test("stopped behind a step that is to be measured, then resumed: the same", async () => {
    const folder = join(newFolder(), "run");
    const controller = new AbortController();
    await runZero(folder, MEASURED, {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "step" && event.metrics.step === 2) controller.abort();
      },
    });
    expect(contentsOf(folder).evaluations.map(({ name }) => name)).toEqual(["before"]);
    await resumeRun(folder);
    expect(contentsOf(folder)).toEqual(contentsOf(measured));
    expect(outcome(folder)).toEqual(outcome(measured));
  });
});
