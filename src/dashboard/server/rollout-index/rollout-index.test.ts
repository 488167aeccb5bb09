import { VERDICT_KINDS, type Verdict, type VerdictKind } from "../../../records/verdict.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONFIG, stepMetrics } from "../../../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../../../test/contracts/temporary-folder.ts";
import { correctsItself } from "../../../emergence/index.ts";
import { parseCompletion } from "../../../prompts/index.ts";
import { createRunStore, openRunStore, runTaskOf, type RunStore, type StoredRollout } from "../../../store/index.ts";
import type { RolloutFilter } from "../../api.ts";
import { RolloutIndex } from "./rollout-index.ts";

const TASK = runTaskOf(CONFIG);
const TEXTS = [
  "<think> 3 + 4 = 7 no wait 3 * 4 = 12 yes </think> <answer> 3 * 4 </answer>",
  "<think> 1 + 1 = 2 yes </think> <answer> 1 + 1 </answer>",
  "WAIT",
  "İstanbul ẞ ΑΣ",
  "",
  "é\u0000x",
  "no no no",
];

const rolloutArbitrary = fc.record({
  problem: fc.integer({ min: 0, max: 2 }),
  text: fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "grapheme", maxLength: 12 })),
  tokens: fc.integer({ min: 0, max: 6 }),
  truncated: fc.boolean(),
  kind: fc.constantFrom(...VERDICT_KINDS),
  reward: fc.constantFrom(null, 0, 0.5, 1, -1),
});
const stepsArbitrary = fc.array(fc.array(rolloutArbitrary, { maxLength: 8 }), { minLength: 1, maxLength: 4 });

type Sketch = typeof rolloutArbitrary extends fc.Arbitrary<infer T> ? T : never;

function verdictOf(kind: VerdictKind): Verdict {
  if (kind === "right") return { kind };
  return kind === "partly" ? { kind, score: 0.25 } : { kind, reason: "" };
}

function rollouts(step: number, sketches: readonly Sketch[]): StoredRollout[] {
  return sketches.map(({ problem, text, tokens, truncated, kind, reward }, sample) => ({
    step,
    problemIndex: 0,
    problemId: `problem ${problem}`,
    prompt: "<bos> 3 4 make 12 :",
    difficulty: problem / 4,
    rollout: {
      promptTokens: [1],
      tokens: Array.from({ length: tokens }, () => 5),
      logprobs: Array.from({ length: tokens }, () => -1),
      text,
      stop: truncated ? "length" : "end",
      version: step,
      sample,
    },
    reward: { total: reward, breakdown: {}, verdict: verdictOf(kind) },
    advantage: null,
  }));
}

function record(store: RunStore, steps: readonly (readonly Sketch[])[], first = 1): void {
  for (const [i, sketches] of steps.entries())
    store.recordStep(first + i, stepMetrics(first + i), rollouts(first + i, sketches));
}

const filterArbitrary: fc.Arbitrary<RolloutFilter> = fc.record(
  {
    stepFrom: fc.integer({ min: 0, max: 5 }),
    stepTo: fc.integer({ min: 0, max: 5 }),
    problem: fc.constantFrom("problem 0", "problem 1", "problem 9"),
    verdict: fc.constantFrom(...VERDICT_KINDS),
    stop: fc.constantFrom("end" as const, "length" as const),
    rewardFrom: fc.constantFrom(-1, 0, 0.5),
    rewardTo: fc.constantFrom(0, 0.5, 1),
    lengthFrom: fc.integer({ min: 0, max: 4 }),
    lengthTo: fc.integer({ min: 2, max: 6 }),
    text: fc.oneof(
      fc.constantFrom("no", "wait", "ς", "i̇", "ss", "x", "", "answer>"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }),
    ),
    corrected: fc.boolean(),
    sort: fc.constantFrom("step" as const, "reward" as const, "length" as const),
    descending: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What the index must answer, said as plainly as it can be. */
function naive(all: readonly StoredRollout[], filter: RolloutFilter): string[] {
  const key = ({ step, rollout, reward }: StoredRollout): number | null => {
    if (filter.sort === "reward") return reward.total;
    return filter.sort === "length" ? rollout.tokens.length : step;
  };
  const fits = ({ step, problemId, prompt, rollout, reward }: StoredRollout): boolean =>
    step >= (filter.stepFrom ?? -Infinity) &&
    step <= (filter.stepTo ?? Infinity) &&
    problemId === (filter.problem ?? problemId) &&
    reward.verdict.kind === (filter.verdict ?? reward.verdict.kind) &&
    rollout.stop === (filter.stop ?? rollout.stop) &&
    // No tokens at all are what an engine didn't record: of no length.
    (rollout.tokens.length > 0 || (filter.lengthFrom === undefined && filter.lengthTo === undefined)) &&
    rollout.tokens.length >= (filter.lengthFrom ?? 0) &&
    rollout.tokens.length <= (filter.lengthTo ?? Infinity) &&
    (filter.rewardFrom === undefined || (reward.total !== null && reward.total >= filter.rewardFrom)) &&
    (filter.rewardTo === undefined || (reward.total !== null && reward.total <= filter.rewardTo)) &&
    rollout.text.toLowerCase().includes((filter.text ?? "").toLowerCase()) &&
    (filter.corrected === undefined ||
      correctsItself(TASK!.attempts!(parseCompletion(rollout.text, prompt).thinking ?? "", problemId), rollout.stop) ===
        filter.corrected);
  const order = (a: number | null, b: number | null): number => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return filter.descending === true ? b - a : a - b;
  };
  return all
    .filter(fits)
    .sort((a, b) => order(key(a), key(b)))
    .map(({ step, rollout }) => `${step}.${rollout.sample}`);
}

function answered(index: RolloutIndex, filter: RolloutFilter): string[] {
  const { lines, total } = index.page({ ...filter, offset: 0, limit: 200 });
  expect(total).toBe(lines.length);
  return lines.map(({ step, sample }) => `${step}.${sample}`);
}

function readAll(index: RolloutIndex): void {
  while (!index.advance(1000));
}

describe("the index of rollouts", () => {
  test.each([
    ["with all texts in memory", undefined],
    ["with texts left in the store", 1],
  ])("answers as a plain filter does, %s", (_name, budget) => {
    fc.assert(
      fc.property(stepsArbitrary, fc.array(filterArbitrary, { minLength: 1, maxLength: 8 }), (steps, filters) => {
        const folder = temporaryFolder();
        const store = createRunStore(folder, CONFIG);
        record(store, steps);
        const index = new RolloutIndex(store, TASK, budget);
        readAll(index);
        const all = [...store.rollouts()];
        for (const filter of filters) expect(answered(index, filter)).toEqual(naive(all, filter));
        store.close();
      }),
      { numRuns: 25 },
    );
  });

  test("reads on in a run that goes on, and reads anew what was done again", () => {
    const folder = temporaryFolder();
    const writer = createRunStore(folder, CONFIG);
    const sketch: Sketch = { problem: 0, text: "one", tokens: 1, truncated: false, kind: "right", reward: 1 };
    record(writer, [[sketch], [sketch], [sketch, sketch]]);
    const store = openRunStore(folder, { readOnly: true });
    const index = new RolloutIndex(store, TASK);
    readAll(index);
    expect(index.rows).toBe(4);
    record(writer, [[sketch, sketch]], 4);
    readAll(index);
    expect(answered(index, {})).toEqual(["1.0", "2.0", "3.0", "3.1", "4.0", "4.1"]);

    writer.deleteAfter(2);
    writer.recordStep(3, stepMetrics(3, { seconds: 9 }), rollouts(3, [{ ...sketch, text: "two" }]));
    readAll(index);
    expect(answered(index, {})).toEqual(["1.0", "2.0", "3.0"]);
    expect(answered(index, { text: "TWO" })).toEqual(["3.0"]);
    expect(answered(index, { text: "one" })).toEqual(["1.0", "2.0"]);
    writer.close();
    store.close();
  });

  test("a page is cut from the whole, and says how much there is", () => {
    const store = createRunStore(temporaryFolder(), CONFIG);
    const sketch: Sketch = { problem: 0, text: "a".repeat(400), tokens: 2, truncated: false, kind: "wrong", reward: 0 };
    record(store, [[sketch, sketch, sketch]]);
    const index = new RolloutIndex(store, TASK);
    readAll(index);
    const { lines, total } = index.page({ offset: 1, limit: 1 });
    expect(total).toBe(3);
    expect(lines).toEqual([
      {
        step: 1,
        problemIndex: 0,
        sample: 1,
        problemId: "problem 0",
        difficulty: 0,
        stop: "end",
        verdict: "wrong",
        reward: 0,
        advantage: null,
        length: 2,
        excerpt: "a".repeat(300),
      },
    ]);
    store.close();
  });

  test("finds a needle in a line of a megabyte", () => {
    const store = createRunStore(temporaryFolder(), CONFIG);
    const long = `${"x".repeat(2 ** 20)}needle`;
    record(store, [
      [
        { problem: 0, text: long, tokens: 1, truncated: true, kind: "wrong", reward: 0 },
        { problem: 1, text: "needl", tokens: 1, truncated: false, kind: "wrong", reward: 0 },
      ],
    ]);
    const index = new RolloutIndex(store, TASK);
    readAll(index);
    expect(answered(index, { text: "NEEDLE" })).toEqual(["1.0"]);
    store.close();
  });

  test("how rewards, advantages and lengths of a step are spread, beside the first step", () => {
    const store = createRunStore(temporaryFolder(), CONFIG);
    const one: Sketch = { problem: 0, text: TEXTS[1]!, tokens: 2, truncated: false, kind: "wrong", reward: 0 };
    record(store, [
      [one, one],
      [
        { ...one, reward: 1, tokens: 22 },
        { ...one, reward: null },
      ],
    ]);
    const index = new RolloutIndex(store, TASK);
    readAll(index);
    const [reward, , length] = index.distributions(2);
    expect(reward!.edges).toHaveLength(21);
    expect([reward!.first[0], reward!.now[19], reward!.now[0]]).toEqual([2, 1, 0]);
    expect([length!.first[0], length!.now[0], length!.now[19]]).toEqual([2, 1, 1]);
    expect(index.distributions(9)[0]!.now.every((count) => count === 0)).toBe(true);
    store.close();
  });

  test("problems with their visits, and the moment at which one was turned right", () => {
    const store = createRunStore(temporaryFolder(), CONFIG);
    const wrong: Sketch = { problem: 0, text: TEXTS[1]!, tokens: 1, truncated: false, kind: "wrong", reward: 0 };
    const turned: Sketch = { ...wrong, text: TEXTS[0]!, kind: "right", reward: 1 };
    record(store, [
      [wrong, wrong],
      [turned, wrong],
    ]);
    const index = new RolloutIndex(store, TASK);
    readAll(index);
    expect(index.listProblems()).toMatchObject([
      { id: "problem 0", steps: [1, 2], right: [0, 0.5], first: { step: 1, problemIndex: 0, sample: 0 } },
    ]);
    expect(index.listAhaMoments()).toMatchObject([
      { problemId: "problem 0", step: 2, sample: 0, wrongAt: 1, answer: "3 * 4" },
    ]);
    store.close();
  });
});
