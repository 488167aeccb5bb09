import { basename } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { fakeJobs } from "../../test/contracts/fake-job.ts";
import {
  abortingAt,
  goOn,
  killed,
  newRun,
  outcomeOf,
  reading,
  start,
  statesOf,
  STEPS,
  whole,
} from "../../test/contracts/fake-run.ts";
import { stepRollouts } from "../../test/contracts/run-samples.ts";
import { RunError } from "../errors.ts";
import type * as written from "../host/write-synced.ts";
import { openRunStore } from "../store/index.ts";
import { savedSteps } from "./training-checkpoint.ts";
import type { TrainingEvent } from "./training-event.ts";
import { continueRun } from "./training-run.ts";

/** Is told each file before it is written to the disk. */
let onWrite: (path: string) => void = () => {};
vi.mock("../host/write-synced.ts", async (original) => {
  const real = await original<typeof written>();
  const writeSynced: typeof real.writeSynced = (path, ...rest) => {
    onWrite(path);
    return real.writeSynced(path, ...rest);
  };
  return { ...real, writeSynced };
});
afterEach(() => {
  onWrite = () => {};
});

describe("a run from its start to its end", () => {
  test("measures before and after, keeps every step once and in order, and tells each", async () => {
    const jobs = fakeJobs({ limits: { keepEvery: 2 } });
    const told: string[] = [];
    const folder = newRun();
    const onEvent = (event: TrainingEvent): void => {
      const place = event.kind === "step" ? ` ${event.metrics.step} of ${event.steps}` : "";
      told.push(`${event.kind}${event.kind === "evaluated" ? ` ${event.name}` : place}`);
    };
    const summary = await start(folder, jobs, { onEvent });
    expect(summary).toMatchObject({ run: folder, steps: 4, interrupted: false, newest: null, seconds: 4 * 2.1 });
    expect(summary.after!.meanLength).not.toBe(summary.before!.meanLength);
    expect(told).toEqual([
      "evaluated before",
      "step 1 of 4",
      "step 2 of 4",
      "checkpoint",
      "step 3 of 4",
      "warning",
      "step 4 of 4",
      "checkpoint",
      "evaluated after",
    ]);
    const { metrics, rollouts } = reading(folder, (store) => ({
      metrics: store.metrics().map(({ step }) => step),
      rollouts: [...store.rollouts()].map(({ step, rollout }) => [step, rollout.tokens]),
    }));
    expect(metrics).toEqual(STEPS);
    expect(rollouts).toEqual(STEPS.flatMap((step) => stepRollouts(step).map(({ rollout }) => [step, rollout.tokens])));
    expect(await savedSteps(folder)).toEqual([0, 2, 3, 4]);
    expect(statesOf(folder)).toEqual(["started 0", "finished 4"]);
    expect([jobs.steps, jobs.stopped()]).toEqual([[STEPS], 1]);
  });

  test("that its job ends is whole up to there, says why, and can be gone on with", async () => {
    const folder = newRun();
    const ended = await start(folder, fakeJobs({ endsAt: 2 }));
    expect(ended).toMatchObject({ steps: 2, interrupted: true, stopped: "The rollouts are too old.", after: null });
    expect(ended.newest).toMatchObject({ step: 2 });
    expect(reading(folder, (store) => store.states().map(({ state, detail }) => [state, detail]))).toEqual([
      ["started", "fake"],
      ["interrupted", "The rollouts are too old."],
    ]);
    const summary = await goOn(folder, fakeJobs());
    expect(summary).toMatchObject({ steps: 4, interrupted: false, stopped: null });
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });

  test("is not begun anew where it is, and asked to go on it has nothing to do", async () => {
    const folder = await whole();
    const before = outcomeOf(folder);
    await expect(start(folder, fakeJobs())).rejects.toThrow(/holds this very run already; go on with `aha resume /);
    const jobs = fakeJobs({ onEvaluate: () => expect.unreachable("it was measured already") });
    expect(await goOn(folder, jobs)).toMatchObject({ steps: 4, interrupted: false });
    expect(jobs.steps).toEqual([[]]);
    expect(outcomeOf(folder)).toEqual(before);
  });

  test("ends at its time limit, measured, and keeps its count of seconds through a stop", async () => {
    const folder = newRun();
    // Steps of 2.1 s: the third is beyond 6 s.
    const limits = { minutes: 0.1 };
    await start(folder, fakeJobs({ limits }), abortingAt(1));
    const jobs = fakeJobs({ limits });
    const summary = await goOn(folder, jobs);
    expect(summary).toMatchObject({ steps: 3, interrupted: false });
    expect(summary.seconds).toBeCloseTo(6.3, 9);
    expect(summary.after).not.toBeNull();
    expect(jobs.steps).toEqual([[2, 3]]);
  });
});

describe("whoever takes the steps", () => {
  test("gets each with its completions once it is kept, and the next waits for him", async () => {
    const folder = newRun();
    const made: number[] = [];
    const taken: number[] = [];
    await start(folder, fakeJobs({ onStep: (step) => made.push(step) }), {
      onStep: async ({ step, completions }) => {
        expect(completions).toEqual(stepRollouts(step));
        expect((await savedSteps(folder)).at(-1)).toBe(step);
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(made.at(-1)).toBe(step);
        taken.push(step);
      },
    });
    expect(taken).toEqual(STEPS);
  });

  test("and fails, ends the run behind a step that is kept", async () => {
    const folder = newRun();
    const onStep = ({ step }: { readonly step: number }): Promise<void> =>
      step === 2 ? Promise.reject(new Error("his own")) : Promise.resolve();
    await expect(start(folder, fakeJobs(), { onStep })).rejects.toThrow(/^his own$/);
    expect(statesOf(folder)).toEqual(["started 0", "failed 2"]);
    const jobs = fakeJobs();
    await goOn(folder, jobs);
    expect(jobs.steps).toEqual([[3, 4]]);
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });
});

describe("killed and resumed, nothing is lost and nothing is there twice", () => {
  test("between a step's record and its checkpoint", async () => {
    const expected = outcomeOf(await whole());
    const folder = newRun();
    const copies: string[] = [];
    await start(folder, fakeJobs(), {
      onEvent: (event) => void (event.kind === "step" && copies.push(killed(folder))),
    });
    expect(copies).toHaveLength(4);
    for (const [i, copy] of copies.entries()) {
      // The step is in the store, and its checkpoint isn't there.
      expect(reading(copy, (store) => store.lastStep())).toBe(i + 1);
      expect((await savedSteps(copy)).at(-1)).toBe(i);
      const jobs = fakeJobs();
      await goOn(copy, jobs);
      expect(jobs.steps).toEqual([STEPS.slice(i)]);
      expect(outcomeOf(copy)).toEqual(expected);
    }
  });

  test("at every file of every checkpoint and of the final model", async () => {
    const expected = outcomeOf(await whole());
    const folder = newRun();
    const copies: { readonly file: string; readonly copy: string }[] = [];
    onWrite = (path) => copies.push({ file: path.slice(folder.length), copy: killed(folder) });
    await start(folder, fakeJobs());
    onWrite = () => {};
    const checkpoints = copies.filter(({ file }) => /checkpoints.\.step-[1-4]\.new-/.test(file));
    expect(new Set(checkpoints.map(({ file }) => basename(file)))).toEqual(
      new Set(
        [
          "config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json",
          "training-state.safetensors",
        ].concat("generation_config.json"),
      ),
    );
    for (const { file, copy } of copies) {
      if (/\.step-0\.new-/.test(file)) {
        // Nothing to go on from: it begins anew in its folder.
        expect(await savedSteps(copy)).toEqual([]);
        await start(copy, fakeJobs());
      } else await goOn(copy, fakeJobs());
      expect(outcomeOf(copy), file).toEqual(expected);
    }
  });

  test("by an error inside the checkpoint's writing: a full disk is said, the checkpoint before stands", async () => {
    const expected = outcomeOf(await whole());
    const folder = newRun();
    onWrite = (path) => {
      if (/\.step-3\.new-.*training-state/.test(path))
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    const jobs = fakeJobs();
    await expect(start(folder, jobs)).rejects.toThrow(
      /step-3" to have space, got a full disk; free some space\. What was there before is unchanged\.$/,
    );
    onWrite = () => {};
    expect(jobs.stopped()).toBe(1);
    expect(statesOf(folder)).toEqual(["started 0", "failed 3"]);
    expect((await savedSteps(folder)).at(-1)).toBe(2);
    await goOn(folder, fakeJobs());
    expect(outcomeOf(folder)).toEqual(expected);
  });
});

describe("stopped by its signal", () => {
  test("it ends the step, keeps it, and says nothing of an end that was not measured", async () => {
    const expected = outcomeOf(await whole());
    const folder = newRun();
    const jobs = fakeJobs({ onEvaluate: (name) => expect(name).toBe("before") });
    const summary = await start(folder, jobs, abortingAt(2));
    expect(summary).toMatchObject({ steps: 2, interrupted: true, after: null, example: null });
    expect(summary.before).not.toBeNull();
    expect(summary.newest).toEqual({ step: 2, trainingAccuracy: 0.02, during: null });
    expect([jobs.steps, jobs.stopped(), (await savedSteps(folder)).at(-1)]).toEqual([[[1, 2]], 1, 2]);
    expect(statesOf(folder)).toEqual(["started 0", "interrupted 2"]);

    const again = await goOn(folder, fakeJobs(), abortingAt(3));
    expect(again).toMatchObject({ steps: 3, interrupted: true, after: null, newest: { step: 3 } });
    expect(await goOn(folder, fakeJobs())).toMatchObject({ steps: 4, interrupted: false, newest: null });
    expect(outcomeOf(folder)).toEqual(expected);
    expect(statesOf(folder).map((state) => state.split(" ")[0])).toEqual([
      "started",
      "interrupted",
      "resumed",
      "interrupted",
      "resumed",
      "finished",
    ]);
  });

  test("behind a step that is to be measured it makes up for that, and gives the newest measurement", async () => {
    const limits = { evaluateEvery: 1 };
    const expected = outcomeOf(await whole({ limits }));
    const folder = newRun();
    const { newest } = await start(folder, fakeJobs({ limits }), abortingAt(2));
    expect(newest).toMatchObject({ step: 2, during: { name: "during", step: 1 } });
    const looks: string[] = [];
    await goOn(folder, fakeJobs({ limits, onEvaluate: (name, step) => looks.push(`${name} ${step}`) }));
    expect(looks).toEqual(["during 2", "during 3", "after 4"]);
    expect(outcomeOf(folder)).toEqual(expected);
  });

  test("in the middle of a step, that step is not made; another error is no stop", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const onStep = (step: number): void => {
      if (step !== 3) return;
      controller.abort(reason);
      throw reason;
    };
    const folder = newRun();
    const summary = await start(folder, fakeJobs({ onStep }), { signal: controller.signal });
    expect(summary).toMatchObject({ steps: 2, interrupted: true, after: null });
    await goOn(folder, fakeJobs());
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));

    const broken = newRun();
    const aborted = new AbortController();
    const fails = (): void => {
      aborted.abort(reason);
      throw new Error("the engine broke");
    };
    await expect(start(broken, fakeJobs({ onStep: fails }), { signal: aborted.signal })).rejects.toThrow(
      "engine broke",
    );
    expect(statesOf(broken)).toEqual(["started 0", "failed 0"]);
  });

  test.each([
    ["before", { steps: 0, before: null, after: null, interrupted: true }],
    ["after", { steps: 4, after: null, interrupted: true }],
  ] as const)("in the evaluation %s, what was trained is kept and it is made later", async (at, expected) => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const onEvaluate = (name: string): void => {
      if (name !== at) return;
      controller.abort(reason);
      throw reason;
    };
    const folder = newRun();
    expect(await start(folder, fakeJobs({ onEvaluate }), { signal: controller.signal })).toMatchObject(expected);
    expect(statesOf(folder).at(-1)).toMatch(/^interrupted/);
    expect(await goOn(folder, fakeJobs())).toMatchObject({ steps: 4, interrupted: false });
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });

  test("before the first step, nothing is trained and there are no newest figures", async () => {
    const jobs = fakeJobs();
    const summary = await start(newRun(), jobs, { signal: AbortSignal.abort() });
    expect(summary).toMatchObject({ steps: 0, interrupted: true, after: null, newest: null });
    expect(jobs.steps).toEqual([[]]);
  });
});

describe("what fails is said, and the run goes on from there", () => {
  test.each([
    ["before", 0, STEPS],
    ["during", 2, [3, 4]],
    ["after", 4, []],
  ] as const)("the evaluation %s", async (name, step, left) => {
    const limits = { evaluateEvery: 2 };
    const expected = outcomeOf(await whole({ limits }));
    const folder = newRun();
    const onEvaluate = (asked: string, at: number): void => {
      if (asked === name && at === step) throw new Error("the judge fell");
    };
    const failing = fakeJobs({ limits, onEvaluate });
    await expect(start(folder, failing)).rejects.toThrow(/^the judge fell$/);
    expect(failing.stopped()).toBe(1);
    expect(statesOf(folder)).toEqual(["started 0", `failed ${step}`]);
    const jobs = fakeJobs({ limits });
    await goOn(folder, jobs);
    expect(jobs.steps.flat()).toEqual(left);
    expect(outcomeOf(folder)).toEqual(expected);
  });

  test("where not even the failure can be noted, the first error is heard and the run is free", async () => {
    const folder = newRun();
    await start(folder, fakeJobs(), abortingAt(1));
    const store = openRunStore(folder);
    const note = store.recordState.bind(store);
    vi.spyOn(store, "recordState").mockImplementation((state, detail) => {
      if (state === "failed") throw new RunError("the disk is full");
      note(state, detail);
    });
    const broken = fakeJobs({
      onStep: () => {
        throw new Error("the engine broke");
      },
    });
    await expect(continueRun(folder, store, broken.open, {})).rejects.toThrow(
      "the engine broke (nor could this be noted in the run: the disk is full)",
    );
    expect(broken.stopped()).toBe(1);
    // The lock is given up, and nothing is lost.
    await goOn(folder, fakeJobs());
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });

  test.each(["resumed", "finished"] as const)("a full disk when %s is to be noted", async (full) => {
    const folder = newRun();
    await start(folder, fakeJobs(), abortingAt(1));
    const store = openRunStore(folder);
    const note = store.recordState.bind(store);
    vi.spyOn(store, "recordState").mockImplementation((state, detail) => {
      if (state === full) throw new RunError("the disk is full");
      note(state, detail);
    });
    const jobs = fakeJobs();
    await expect(continueRun(folder, store, jobs.open, {})).rejects.toThrow(/^the disk is full$/);
    expect(jobs.stopped()).toBe(jobs.steps.length);
    expect(statesOf(folder).at(-1)).toMatch(/^failed/);
    await goOn(folder, fakeJobs());
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });

  test("a model that can't be opened again leaves the run as it is", async () => {
    const folder = newRun();
    await start(folder, fakeJobs(), abortingAt(2));
    const open = (): Promise<never> => Promise.reject(new Error("no memory"));
    await expect(continueRun(folder, openRunStore(folder), open, {})).rejects.toThrow(/^no memory$/);
    await goOn(folder, fakeJobs());
    expect(outcomeOf(folder)).toEqual(outcomeOf(await whole()));
  });
});

test("the base is measured from its own copy where it wasn't before the steps", async () => {
  const { before } = await start(newRun(), fakeJobs());
  const folder = newRun();
  // Trained with nothing to measure on; then it has something.
  expect(await start(folder, fakeJobs({ measured: false }), abortingAt(2))).toMatchObject({ before: null });
  const jobs = fakeJobs();
  onTestFinished(() => expect(jobs.stopped()).toBe(2));
  const summary = await goOn(folder, jobs);
  expect(summary.before).toEqual(before);
  expect(summary.after!.meanLength).not.toBe(before!.meanLength);
  // The copy of the base trained nothing.
  expect(jobs.steps).toEqual([[3, 4], []]);
});

test("a run with nothing to measure on says so, stopped or not", async () => {
  expect(await start(newRun(), fakeJobs({ measured: false }))).toMatchObject({
    before: null,
    after: null,
    newest: null,
  });
});
