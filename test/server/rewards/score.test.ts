import { writeFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { groupRelativeAdvantages } from "../../../src/advantages/index.ts";
import { optionRewards } from "../../../src/algorithms/step-rewards.ts";
import { scoreGroups } from "../../../src/algorithms/train-policy.ts";
import { openDataTask, pickData } from "../../../src/data/open-data-task.ts";
import { createJudge } from "../../../src/judging/create-judge.ts";
import type { Problem } from "../../../src/records/problem.ts";
import type { Rollout } from "../../../src/records/rollout.ts";
import type { ServedRewards, ServeRewardsOptions } from "../../../src/server/rewards/serve-rewards.ts";
import { defineTask, type Task } from "../../../src/tasks/index.ts";
import { resolveZeroOptions } from "../../../src/training/zero-options.ts";
import type { ZeroOptions } from "../../../src/training/zero-groups.ts";
import { taskModule } from "../../judging/own-verifiers.ts";
import { post } from "../ask-server.ts";
import { answered, servedRewards, sumsFile } from "./ask-rewards.ts";

const DATA = sumsFile();
let task: Task;
let server: ServedRewards;
beforeAll(async () => {
  task = await openDataTask(pickData({ data: DATA }));
  server = await servedRewards({ data: DATA });
});

/** Everything that a completion may be, of problems whose gold is `gold`. */
const COMPLETIONS = (gold: string): { completion: string; truncated?: boolean; tokens: number; prompt?: string }[] => [
  { completion: answered(gold), tokens: 9 },
  { completion: answered("no number"), tokens: 9 },
  { completion: answered(gold), tokens: 16, truncated: true },
  { completion: `<answer>${gold}</answer>`, tokens: 4 },
  { completion: `<think> open <answer>${gold}</answer>`, tokens: 6 },
  { completion: `a sum </think> <answer>${gold}</answer>`, tokens: 6, prompt: "Q: <think>" },
  { completion: "<think> cut", tokens: 16, truncated: true },
  { completion: "", tokens: 1 },
];

/** What training gives: its own scoring, on the same completions. */
async function trained(given: Partial<ZeroOptions>, problem: Problem, gold: string): Promise<(number | null)[]> {
  const options = resolveZeroOptions({ base: "-", data: DATA, ...given });
  const judge = createJudge(task, undefined, options);
  const rollouts = COMPLETIONS(gold).map(({ completion, truncated = false, tokens, prompt = "" }, sample): Rollout => ({
    problem,
    prompt,
    text: completion,
    stop: truncated ? "length" : "end",
    tokens: new Array<number>(tokens).fill(1),
    logprobs: [],
    promptTokens: [],
    version: 0,
    sample,
  }));
  const setting = {
    judge,
    rewards: optionRewards(options),
    options,
    algorithm: { withinGroup: groupRelativeAdvantages },
  };
  const [group] = await scoreGroups(setting as unknown as Parameters<typeof scoreGroups>[0], [rollouts], 1);
  await judge.stop();
  return group!.rollouts.map(({ reward }) => reward.total);
}

describe("a completion earns what it would in training", () => {
  test.each<Partial<ZeroOptions> & ServeRewardsOptions>([
    {},
    { formatWeight: 1 },
    { formatWeight: 0.25, accuracyWeight: 2, truncated: "unscored" },
    { languageWeight: 0.5 },
    { overlongWeight: 1, overlongMargin: 8, maxCompletionTokens: 16 },
  ])("%j", async (options) => {
    const own = await servedRewards({ data: DATA, ...options });
    const [problem] = task.problems("heldOut") as Problem<{ readonly gold: string }>[];
    const { gold } = problem!.data;
    const items = COMPLETIONS(gold).map((item) => ({ ...item, problem: problem!.id }));
    const { body } = await post(own, "/score", { items });
    const rewards = body.scores.map(({ reward }: { reward: number | null }) => reward);
    expect(rewards).toEqual(await trained(options, problem!, gold));
    expect(new Set(rewards).size).toBeGreaterThan(1);
  });
});

describe("/score", () => {
  test("answers in order, with the problem, the verdict and why", async () => {
    const problems = task.problems("train") as Problem<{ readonly gold: string }>[];
    const items = problems.map(({ id, data }, i) => ({
      problem: id,
      completion: answered(i % 2 === 0 ? data.gold : "0"),
    }));
    const { status, body } = await post(server, "/score", { items });
    expect(status).toBe(200);
    expect(body.scores.map(({ problem }: { problem: string }) => problem)).toEqual(problems.map(({ id }) => id));
    expect(body.scores[0]).toEqual({
      reward: 1,
      verdict: "right",
      score: 1,
      parts: { accuracy: 1, format: 1 },
      problem: problems[0]!.id,
    });
    expect(body.scores[1]).toMatchObject({ reward: 0, verdict: "wrong", reason: expect.stringMatching(/./) });
  });

  test("a gold stands for a problem where the data have golds, a number too", async () => {
    const items = [
      { gold: "7", completion: answered("7.0") },
      { gold: 7, completion: answered("8") },
      { problem: "no such id", gold: 7, completion: answered("7") },
    ];
    const { body } = await post(server, "/score", { items });
    expect(body.scores).toMatchObject([
      { reward: 1, problem: null },
      { reward: 0, problem: null },
      { reward: 1, problem: null },
    ]);
  });

  test("what stands for nothing is unverifiable, and the others are scored", async () => {
    const items = [
      { problem: "nobody", completion: answered("7") },
      { gold: "7", completion: answered("7") },
    ];
    const { body } = await post(server, "/score", { items });
    expect(body.scores).toMatchObject([
      {
        reward: null,
        verdict: "unverifiable",
        reason: expect.stringMatching(/"nobody" is no problem/),
        problem: "nobody",
      },
      { reward: 1 },
    ]);
  });

  test("without a prompt, a thinking that is closed and was not opened began in the prompt", async () => {
    const completion = "a sum </think> <answer>7</answer>";
    const items = [
      { gold: "7", completion },
      { gold: "7", completion, prompt: "Q:" },
      { gold: "7", completion, prompt: "Q: <think>\n" },
    ];
    const { body } = await post(server, "/score", { items });
    expect(body.scores.map(({ parts }: { parts: { format: number } }) => parts.format)).toEqual([1, 0, 1]);
  });

  test("no items, no scores", async () => {
    expect((await post(server, "/score", { items: [] })).body).toEqual({ scores: [] });
  });

  test.each([
    [{}, /Expected `items` to be a list of at most \d+, got undefined/],
    [{ items: [5] }, /Expected `items\[0\]` to be an object, got 5/],
    [{ items: [{ completion: "x" }] }, /Expected `items\[0\]\.problem` to be the id of a problem, or a `gold`/],
    [{ items: [{ gold: "1", completion: 5 }] }, /Expected `items\[0\]\.completion` to be a text, got 5/],
    [{ items: [{ gold: "1", completion: "", tokens: -1 }] }, /Expected `items\[0\]\.tokens` to be an integer/],
    [[], /Expected the body to be a JSON object/],
    ["{", /Expected the body to be JSON/],
  ])("%j is refused with its place", async (request, words) => {
    const { status, body } = await post(server, "/score", request);
    expect(status).toBe(400);
    expect(body.error.message).toMatch(words);
  });
});

test("a task of one's own is judged by its module, and by its value", async () => {
  const module = await servedRewards({ task: taskModule(`({ id }, answer) => answer === id`) });
  const items = [
    { problem: "train0", completion: answered("train0") },
    { problem: "train0", completion: answered("1") },
  ];
  const rewards = async (own: ServedRewards): Promise<number[]> =>
    (await post(own, "/score", { items })).body.scores.map(({ reward }: { reward: number }) => reward);
  expect(await rewards(module)).toEqual([1, 0]);
  const value = defineTask({
    name: "mine",
    problems: [{ id: "train0", question: "?", data: {} }],
    verify: (_problem, answer) => answer === "train0",
  });
  expect(await rewards(await servedRewards({ task: value }))).toEqual([1, 0]);
  // A task without golds says so.
  const { body } = await post(module, "/score", { items: [{ gold: "1", completion: answered("1") }] });
  expect(body.scores[0]).toMatchObject({ reward: null, reason: expect.stringMatching(/has no golds/) });
});

test("programs are judged in the sandbox, by the tests of a problem or of a gold", async () => {
  const gold = { test_list: ["assert add(1, 2) == 3"] };
  const path = join(dirname(DATA), "code.jsonl");
  const row = { task_id: 1, text: "Write a function add.", code: "def add(a, b):\n  return a + b", ...gold };
  writeFileSync(path, `${JSON.stringify({ ...row, test_setup_code: "", challenge_test_list: [] })}\n`);
  const own = await servedRewards({ data: path, extract: "answer-tag", codeSeconds: 20 });
  const code = await openDataTask(pickData({ data: path }));
  const [problem] = code.problems("train");
  const items = [
    { problem: problem!.id, completion: answered("def add(a, b):\n  return a + b") },
    { problem: problem!.id, completion: answered("def add(a, b):\n  return a - b") },
    { gold, completion: answered("def add(a, b):\n  return b + a") },
    { gold: { nothing: 1 }, completion: answered("1") },
  ];
  const { body } = await post(own, "/score", { items });
  expect(body.scores.map(({ reward }: { reward: number | null }) => reward)).toEqual([1, 0, 1, null]);
}, 240_000);

test("what was scored is counted", async () => {
  const own = await servedRewards({ data: DATA });
  const items = [
    { gold: "7", completion: answered("7") },
    { gold: "7", completion: answered("8") },
    { problem: "nobody", completion: "" },
  ];
  await post(own, "/score", { items });
  const body = (await (await fetch(`${own.url}/metrics`)).json()) as Record<string, unknown>;
  expect(body).toEqual({ task: "sums", ...own.figures() });
  expect(body).toMatchObject({
    judged: 2,
    right: 1,
    unverifiable: 0,
    unknown: 1,
    unverifiableShare: 0,
    meanReward: 0.5,
  });
});

test("verdicts go through the queue where evaluators are asked for", async () => {
  const own = await servedRewards({ task: taskModule(`({ id }, answer) => answer === id`), evaluators: 1 });
  const items = [
    { problem: "train0", completion: answered("train0") },
    { problem: "train1", completion: answered("train0") },
  ];
  const { body } = await post(own, "/score", { items });
  expect(body.scores.map(({ reward }: { reward: number }) => reward)).toEqual([1, 0]);
}, 120_000);
