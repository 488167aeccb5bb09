import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import type { StoredRollout } from "../records/rollout.ts";
import type { RunConfig } from "../records/run-event.ts";
import { createRunStore, openRunStore } from "./open-run.ts";
import type { RunStore } from "./run-store.ts";

const RECORDER = fileURLToPath(new URL("../../test/contracts/record-for-ever.ts", import.meta.url));

function newStore(folder: string = temporaryFolder(), steps = 0): RunStore {
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  for (let step = 1; step <= steps; step++) store.recordStep(step, stepMetrics(step), stepRollouts(step));
  return store;
}

const places = (store: RunStore, query: Parameters<RunStore["rollouts"]>[0]): string[] =>
  [...store.rollouts(query)].map(({ step, problemIndex, rollout }) => `${step}.${problemIndex}.${rollout.sample}`);

describe("what is kept comes back", () => {
  test("after closing, exactly", () => {
    const folder = temporaryFolder();
    const store = newStore(folder, 2);
    store.recordEvaluation("before", 0, EVALUATION);
    store.close();

    const again = openRunStore(folder);
    onTestFinished(() => again.close());
    expect(again.config).toEqual(CONFIG);
    expect(again.metrics()).toEqual([stepMetrics(1), stepMetrics(2)]);
    expect(again.metrics(1)).toEqual([stepMetrics(2)]);
    expect(again.evaluations()).toEqual([{ name: "before", step: 0, result: EVALUATION }]);
    expect([...again.rollouts({ step: 2 })]).toEqual(
      stepRollouts(2).map((rollout, index) => ({ ...rollout, problemIndex: index >> 1 })),
    );
  });

  test("watched completions stand beside the rollouts, and are none of them", () => {
    const store = newStore(undefined, 2);
    const digest = store.contentDigest();
    expect([...store.watched()]).toEqual([]);
    store.recordEvaluation("before", 0, EVALUATION, stepRollouts(0));
    store.recordEvaluation("during", 2, EVALUATION, stepRollouts(2));
    store.recordEvaluation("after", 2, EVALUATION, stepRollouts(2).slice(0, 2));
    expect([...store.watched()].map(({ step, rollout }) => [step, rollout.sample])).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 1],
      [2, 0],
      [2, 1],
    ]);
    expect([...store.watched({ problemId: stepRollouts(0)[2]!.problemId })]).toHaveLength(2);
    expect(store.countRollouts()).toBe(8);
    expect(store.contentDigest()).toBe(digest);
    store.deleteAfter(1);
    expect([...store.watched()].map(({ step }) => step)).toEqual([0, 0, 0, 0]);
  });

  test("which tokens the model wrote, of what is trained on and of what is watched", () => {
    const folder = temporaryFolder();
    const store = newStore(folder, 1);
    const masked = (step: number, mask: readonly boolean[], tokens: readonly number[]): StoredRollout[] => {
      const [first, ...rest] = stepRollouts(step);
      return [{ ...first!, rollout: { ...first!.rollout, tokens, mask } }, ...rest];
    };
    store.recordStep(2, stepMetrics(2), masked(2, [true, false, false], [5, 0, 2 ** 31 - 1]));
    store.recordStep(3, stepMetrics(3), masked(3, [false, false, false], [5, 6, 7]));
    // That all are its own is what no mask says too.
    store.recordStep(4, stepMetrics(4), masked(4, [true, true, true], [5, 6, 7]));
    store.recordEvaluation("during", 2, EVALUATION, masked(2, [false, true, false], [1, 2, 3]));
    const digest = store.contentDigest();
    store.close();

    const again = openRunStore(folder, { readOnly: true });
    onTestFinished(() => again.close());
    const kept = [...again.rollouts(), ...again.watched()].filter(({ rollout }) => rollout.sample === 0);
    const found = kept.map(({ step, problemIndex, rollout: { tokens, mask } }) => [step, problemIndex, tokens, mask]);
    expect(found.filter(([, problem]) => problem === 0).map(([step, , ...rest]) => [step, ...rest])).toEqual([
      [1, [5, 1, 2], undefined],
      [2, [5, 0, 2 ** 31 - 1], [true, false, false]],
      [3, [5, 6, 7], [false, false, false]],
      [4, [5, 6, 7], undefined],
      [2, [1, 2, 3], [false, true, false]],
    ]);
    // A search counts all tokens.
    expect(again.scanRollouts({ step: 2, problemIndex: -1, sample: -1 }, 1)[0]!.length).toBe(3);
    expect(again.contentDigest()).toBe(digest);
  });

  test("run.db alone holds all of a closed run", () => {
    const folder = temporaryFolder();
    newStore(folder, 2).close();
    const copy = temporaryFolder();
    copyFileSync(join(folder, "run.db"), join(copy, "run.db"));
    const store = openRunStore(copy, { readOnly: true });
    expect(store.lastStep()).toBe(2);
    store.close();
  });

  test("selected, in order, also beyond a page", () => {
    const store = newStore(undefined, 3);
    expect(places(store, { step: 2 })).toEqual(["2.0.0", "2.0.1", "2.1.0", "2.1.1"]);
    expect(places(store, { verdict: "wrong" })).toEqual(["1.0.1", "1.1.1", "2.0.1", "2.1.1", "3.0.1", "3.1.1"]);
    expect(places(store, { verdict: "wrong", stop: "end", limit: 1, offset: 1 })).toEqual(["2.0.1"]);
    expect(places(store, { problemId: "1 2 3 make 9", step: 3 })).toEqual(["3.1.0", "3.1.1"]);
    expect(places(store, { limit: 0 })).toEqual([]);
    expect(store.countRollouts({ verdict: "unverifiable" })).toBe(3);

    const many = Array.from({ length: 600 }, (_, index) => ({ ...stepRollouts(4)[0]!, problemId: `p${index}` }));
    store.recordStep(4, stepMetrics(4), many);
    expect([...store.rollouts({ step: 4 })].map(({ problemId }) => problemId)).toEqual(
      many.map(({ problemId }) => problemId),
    );
    expect([...store.rollouts({ step: 4, offset: 300, limit: 299 })].map(({ problemIndex }) => problemIndex)).toEqual(
      Array.from({ length: 299 }, (_, index) => 300 + index),
    );
  });

  test("a problem that comes twice in a step has two places", () => {
    const store = newStore();
    const twice = [...stepRollouts(1).slice(0, 2), ...stepRollouts(1).slice(0, 2)];
    store.recordStep(1, stepMetrics(1), twice);
    expect(places(store, {})).toEqual(["1.0.0", "1.0.1", "1.1.0", "1.1.1"]);
  });

  test("changes of state, with the step and the time", () => {
    const store = newStore();
    expect(store.state).toBeNull();
    store.recordState("started");
    store.recordStep(1, stepMetrics(1), []);
    store.recordState("failed", "the disk is full");
    expect(store.states()).toEqual([
      { state: "started", time: expect.closeTo(Date.now(), -5) as unknown, step: 0, detail: "" },
      { state: "failed", time: expect.closeTo(Date.now(), -5) as unknown, step: 1, detail: "the disk is full" },
    ]);
    expect(store.state?.state).toBe("failed");
  });
});

describe("a step is kept whole or not at all", () => {
  test("where a rollout is wrong nothing of the step stays", () => {
    const store = newStore(undefined, 1);
    const [first, second] = stepRollouts(2);
    const bad: readonly (readonly [unknown, string])[] = [
      [{ ...second, step: 3 }, "Expected rollouts of step 2, got one of step 3."],
      [
        { ...second, rollout: { ...second!.rollout, logprobs: [-1] } },
        "Expected a log-probability for each of 3 tokens, got 1",
      ],
      [
        { ...second, rollout: { ...second!.rollout, mask: [true, false] } },
        "Expected the mask to say of each of 3 tokens who wrote it, got 2",
      ],
      [
        { ...second, rollout: { ...second!.rollout, tokens: [1, -2, 3] } },
        "Expected tokens from 0 to 2147483647, got -2.",
      ],
      [
        { ...second, rollout: { ...second!.rollout, promptTokens: [2 ** 31] } },
        "Expected tokens from 0 to 2147483647, got 2147483648.",
      ],
      [{ ...second, advantage: NaN }, "Expected the advantage of a rollout to be a finite number, got NaN."],
      [
        { ...second, reward: { ...second!.reward, total: Infinity } },
        "Expected the reward of a rollout to be a finite number, got Infinity.",
      ],
    ];
    for (const [rollout, message] of bad) {
      expect(() => store.recordStep(2, stepMetrics(2), [first!, rollout as never])).toThrow(message);
      expect([store.lastStep(), store.countRollouts()]).toEqual([1, 4]);
    }
  });

  test("a step is not recorded twice, nor under another number, nor with NaN", () => {
    const store = newStore(undefined, 1);
    expect(() => store.recordStep(1, stepMetrics(1), [])).toThrow("Step 1 is recorded already");
    expect(() => store.recordStep(2, stepMetrics(3), [])).toThrow("Expected metrics of step 2, got those of step 3.");
    expect(() => store.recordStep(2, stepMetrics(2, { loss: NaN }), [])).toThrow(
      'Expected the field "loss" of the metrics to be a finite number, got NaN',
    );
    expect(store.lastStep()).toBe(1);
  });

  test("where the process is killed", async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ["--import", "tsx", RECORDER, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const chunk of child.stdout) if (Number(String(chunk).trim().split("\n").at(-1)) >= 5) break;
    child.kill("SIGKILL");
    await once(child, "exit");

    // Neither the lock nor a half-written step is left.
    const store = openRunStore(folder);
    onTestFinished(() => store.close());
    const last = store.lastStep();
    expect(last).toBeGreaterThanOrEqual(5);
    expect(store.metrics().map(({ step }) => step)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    for (let step = 1; step <= last; step++) expect(store.countRollouts({ step })).toBe(4);
    expect(store.countRollouts()).toBe(4 * last);
  });
});

describe("deleteAfter", () => {
  test("forgets later steps, which can then be recorded again", () => {
    const store = newStore(undefined, 3);
    store.recordEvaluation("before", 0, EVALUATION);
    store.recordEvaluation("after", 3, EVALUATION);
    store.deleteAfter(1);
    expect([store.lastStep(), store.countRollouts(), store.evaluations().map(({ name }) => name)]).toEqual([
      1,
      4,
      ["before"],
    ]);
    store.recordStep(2, stepMetrics(2), stepRollouts(2));
    expect(store.lastStep()).toBe(2);
  });
});

describe("contentDigest", () => {
  test("is that of the content, without timings", () => {
    const digest = newStore(undefined, 2).contentDigest();
    expect(digest).toBe("9d6ea0c660dcd07d6f7f10286e5d3797fb377c95c11c3ffa039d838562c98176");
    const other = newStore();
    other.recordState("started");
    other.recordStep(
      1,
      stepMetrics(1, { rolloutSeconds: 9, rewardSeconds: 9, updateSeconds: 9, seconds: 9, tokensPerSecond: 9 }),
      stepRollouts(1),
    );
    other.recordStep(2, stepMetrics(2), []);
    expect(other.contentDigest()).not.toBe(digest);
    other.deleteAfter(1);
    other.recordStep(2, stepMetrics(2), stepRollouts(2));
    expect(other.contentDigest()).toBe(digest);
  });

  test("sees the config, but not the order of its fields", () => {
    const digestWith = (config: RunConfig): string => {
      const store = createRunStore(temporaryFolder(), config);
      onTestFinished(() => store.close());
      return store.contentDigest();
    };
    const { kind, ...rest } = CONFIG;
    expect(digestWith({ ...rest, kind })).toBe(digestWith(CONFIG));
    expect(digestWith({ ...CONFIG, seed: 2 })).not.toBe(digestWith(CONFIG));
  });

  test("sees the last bit", () => {
    const digests = [-0.5, -0.5 - 2 ** -24].map((logprob) => {
      const store = newStore();
      const [rollout] = stepRollouts(1);
      store.recordStep(1, stepMetrics(1), [
        { ...rollout!, rollout: { ...rollout!.rollout, logprobs: [logprob, -1, -1] } },
      ]);
      return store.contentDigest();
    });
    expect(digests[0]).not.toBe(digests[1]);
    const losses = [1, 1 + Number.EPSILON].map((loss) => {
      const store = newStore();
      store.recordStep(1, stepMetrics(1, { loss }), []);
      return store.contentDigest();
    });
    expect(losses[0]).not.toBe(losses[1]);
  });
});

test("a run that was killed is read without a trace, and can then be gone on with by the same process", async () => {
  const folder = temporaryFolder();
  const writer = spawn(process.execPath, ["--import", "tsx", RECORDER, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(writer.stdout, "data");
  writer.kill("SIGKILL");
  await once(writer, "exit");
  const before = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "latin1")]),
  );
  expect(Object.keys(before)).toContain("run.db-wal");
  const reader = openRunStore(folder, { readOnly: true });
  const steps = reader.lastStep();
  reader.close();
  expect(steps).toBeGreaterThan(0);
  expect(
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "latin1")])),
  ).toEqual(before);
  // Also where the index of its log was lost.
  rmSync(join(folder, "run.db-shm"));
  const second = openRunStore(folder, { readOnly: true });
  expect(second.lastStep()).toBe(steps);
  second.close();
  expect(readdirSync(folder)).not.toContain("run.db-shm");
  const store = openRunStore(folder);
  onTestFinished(() => store.close());
  store.recordState("resumed");
  expect([store.lastStep(), store.state?.state]).toEqual([steps, "resumed"]);
});

describe("reading beside the writer", () => {
  test("sees whole steps, and can't write", () => {
    const folder = temporaryFolder();
    const store = newStore(folder, 1);
    const reader = openRunStore(folder, { readOnly: true });
    onTestFinished(() => reader.close());
    const half = reader.rollouts();
    half.next();
    store.recordStep(2, stepMetrics(2), stepRollouts(2));
    expect(reader.lastStep()).toBe(2);
    expect(() => reader.recordState("finished")).toThrow("is open for reading only");
    expect(() => reader.deleteAfter(0)).toThrow("is open for reading only");
  });

  test("a closed store says so", () => {
    const store = newStore(undefined, 1);
    const half = store.rollouts();
    store.close();
    store.close();
    expect(() => store.recordState("finished")).toThrow("is closed");
    expect(() => half.next()).toThrow("is closed");
  });
});
