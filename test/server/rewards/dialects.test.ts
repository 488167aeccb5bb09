import { beforeAll, describe, expect, test } from "vitest";
import { openDataTask, pickData } from "../../../src/data/open-data-task.ts";
import { afterPrompt, withoutEnds } from "../../../src/server/rewards/completion-ends.ts";
import type { ServedRewards } from "../../../src/server/rewards/serve-rewards.ts";
import { taskModule } from "../../judging/own-verifiers.ts";
import { post } from "../ask-server.ts";
import { answered, servedRewards, sumsFile } from "./ask-rewards.ts";

const DATA = sumsFile();
let server: ServedRewards;
let id: string;
let gold: string;
beforeAll(async () => {
  const task = await openDataTask(pickData({ data: DATA }));
  const [problem] = task.problems("train");
  ({ id } = problem!);
  ({ gold } = problem!.data);
  server = await servedRewards({ data: DATA });
});

/** R1-Zero's own words, whose tags would make a completion's come twice. */
const PROMPT = "It thinks in <think> </think> tags and answers in <answer> </answer> tags. User: 1 + 1? Assistant:";

describe("OpenRLHF: /get_reward", () => {
  // As `_fetch_rewards_via_http` of openrlhf/utils/agent.py sends it: special tokens stand in the query.
  const ask = (completion: string, label: unknown, prompt = PROMPT) => ({
    query: [`${prompt}${completion}`],
    prompts: [prompt],
    labels: [label],
  });

  test("lists in, lists out; a label is an id or a gold", async () => {
    for (const label of [id, gold, Number(gold)])
      expect((await post(server, "/get_reward", ask(`${answered(gold)}<|im_end|>`, label))).body).toEqual({
        rewards: [1],
        scores: [1],
        extra_logs: { right: [1], unverifiable: [0] },
      });
    const { body } = await post(server, "/get_reward", {
      query: [`${PROMPT}${answered(gold)}`, `${PROMPT}${answered("0")}`],
      prompts: [PROMPT, PROMPT],
      labels: [id, id],
    });
    expect(body).toMatchObject({ rewards: [1, 0], scores: [1, 0] });
  });

  test("a prompt whose beginning was cut or decoded otherwise is still taken away", async () => {
    const query = `${PROMPT.slice(20)}${answered(gold)}</s>`;
    const { body } = await post(server, "/get_reward", { query: [query], prompts: [PROMPT], labels: [id] });
    expect(body.rewards).toEqual([1]);
  });

  test("with the model's own end, what doesn't end with it was cut", async () => {
    const own = await servedRewards({ data: DATA, end: "<end>" });
    const both = ["<end>", ""].map((end) => ask(`${answered(gold)}${end}`, id));
    const bodies = await Promise.all(both.map(async (request) => (await post(own, "/get_reward", request)).body));
    expect(bodies.map(({ rewards }: { rewards: number[] }) => rewards[0])).toEqual([1, 0]);
  });

  test.each([
    [{ query: ["a"], prompts: ["a"] }, /Expected `labels` to be a list/],
    [{ query: ["a", "b"], prompts: ["a"], labels: ["1", "2"] }, /Expected `prompts` to be a list of 2/],
    [{ query: ["other"], prompts: [PROMPT], labels: ["1"] }, /a text that begins with `prompts\[0\]`/],
    [{ query: ["a"], prompts: ["a"], labels: [""] }, /Expected `labels\[0\]` to be the id of a problem, or a gold/],
    [{ query: ["a"], prompts: ["a"], labels: [null] }, /Expected `labels\[0\]` to be the id of a problem, or a gold/],
  ])("%j is refused", async (request, words) => {
    const { status, body } = await post(server, "/get_reward", request);
    expect(status).toBe(400);
    expect(body.error.message).toMatch(words);
  });
});

describe("slime: /rm", () => {
  test("a bare number answers", async () => {
    // As `remote_rm` of slime/rollout/rm_hub sends it.
    const ask = (response: string) => post(server, "/rm", { prompt: PROMPT, response, label: id });
    expect((await ask(`${answered(gold)}<|im_end|>`)).body).toBe(1);
    expect((await ask(answered("0"))).body).toBe(0);
    const messages = { prompt: [{ role: "user", content: "?" }], response: answered(gold), label: gold };
    const { headers, body } = await post(server, "/rm", messages);
    expect(body).toBe(1);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
  });
});

describe("NeMo Gym: /verify", () => {
  const message = (text: string) => ({
    type: "message",
    role: "assistant",
    id: "m",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [] }],
  });
  // As SimpleAgent of responses_api_agents/simple_agent/app.py sends it: the row, and the model's answer.
  const ask = (output: object[], label: object, response: object = {}) => ({
    responses_create_params: { input: [{ role: "user", content: "?" }] },
    ...label,
    agent_ref: { name: "a" },
    response: { id: "r", object: "response", output, incomplete_details: null, ...response },
  });

  test.each([
    () => ({ verifier_metadata: { problem: id } }),
    () => ({ problem: id }),
    () => ({ label: id }),
    () => ({ label: gold }),
    () => ({ expected_answer: gold, problem: "What is 1 plus 1?" }),
    () => ({ verifier_metadata: { gold: Number(gold) } }),
  ])("the request comes back with a reward: label %#", async (label) => {
    const request = ask([message(answered(gold))], label());
    const { status, body } = await post(server, "/verify", request);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...request, reward: 1, verdict: "right", mask_sample: false, failure_kind: null });
  });

  test("thinking that was taken apart is put together again", async () => {
    const reasoning = { type: "reasoning", id: "t", summary: [{ type: "summary_text", text: "a sum" }] };
    const request = ask([reasoning, message(`<answer>${gold}</answer>`)], { problem: id });
    const { body } = await post(server, "/verify", request);
    expect(body.reward_parts).toEqual({ accuracy: 1, format: 1 });
  });

  test("what was cut is known as such", async () => {
    const cut = { incomplete_details: { reason: "max_output_tokens" }, status: "incomplete" };
    expect((await post(server, "/verify", ask([message(answered(gold))], { problem: id }, cut))).body.reward).toBe(0);
  });

  test("what can't be judged is masked, and has a number", async () => {
    const own = await servedRewards({ task: taskModule(`() => { throw new Error("down"); }`) });
    const { body } = await post(own, "/verify", ask([message(answered("1"))], { problem: "train0" }));
    expect(body).toMatchObject({
      reward: 0,
      mask_sample: true,
      failure_kind: "verifier_error",
      failure_reason: expect.stringMatching(/threw "down"/),
    });
  });

  test("sessions have no state", async () => {
    expect((await post(server, "/seed_session", ask([], {}))).body).toEqual({});
    const session = { resources_session_id: "s", episode_id: "e", task_id: "t", task_data: {} };
    for (const path of ["/seed_session", "/close_session"])
      expect((await post(server, path, session)).body).toEqual({ resources_session_id: "s" });
    expect(await (await fetch(`${server.url}/reverify_mode`)).json()).toBe("stateless");
  });

  test("metrics are means by task and of all, masked samples left out", async () => {
    const rows = [
      { _ng_task_index: 1, _ng_rollout_index: 0, reward: 1, mask_sample: false },
      { _ng_task_index: 0, _ng_rollout_index: 0, reward: 0, mask_sample: false },
      { _ng_task_index: 0, _ng_rollout_index: 1, reward: 1, mask_sample: false },
      { _ng_task_index: 0, _ng_rollout_index: 2, reward: 0, mask_sample: true },
    ];
    const { body } = await post(server, "/aggregate_metrics", { verify_responses: rows });
    expect(body.group_level_metrics).toMatchObject([
      { _ng_task_index: 0, "mean/reward": 0.5, "mean/mask_sample": 1 / 3 },
      { _ng_task_index: 1, "mean/reward": 1, "std/reward": 0 },
    ]);
    expect(body.agent_metrics).toMatchObject({
      "mean/reward": 2 / 3,
      "max/reward": 1,
      "min/reward": 0,
      "median/reward": 1,
      "std/reward": expect.closeTo(Math.sqrt(1 / 3), 12),
    });
    expect(body.key_metrics).toEqual({ "mean/reward": 2 / 3, "mean/mask_sample": 0.25 });
    expect((await post(server, "/aggregate_metrics", { verify_responses: [] })).body).toEqual({
      group_level_metrics: [],
      agent_metrics: {},
      key_metrics: {},
    });
  });
});

describe("dialects that know numbers alone", () => {
  const asks = (label: string): [path: string, request: object][] => [
    ["/rm", { prompt: "", response: answered("1"), label }],
    ["/get_reward", { query: [answered("1")], prompts: [""], labels: [label] }],
  ];

  test("a label that stands for nothing is no 0", async () => {
    const own = await servedRewards({ task: taskModule("() => true") });
    for (const [path, request] of asks("nobody")) {
      const { status, body } = await post(own, path, request);
      expect(status).toBe(400);
      expect(body.error.message).toMatch(/"nobody" is no problem of the task own/);
    }
    expect(own.figures()).toMatchObject({ judged: 0, unverifiable: 0, unknown: 2 });
    // The name of a problem of other data is no gold by which all would be wrong, and what no verifier reads is none.
    for (const label of ["0123456789abcdef", "no number"])
      expect((await post(server, "/rm", { prompt: "", response: answered("1"), label })).status).toBe(400);
  });

  test("options without a counterpart are refused by name", async () => {
    for (const [options, name] of [
      [{ truncated: "unscored" as const }, "truncated"],
      [{ overlongWeight: 1 }, "overlongWeight"],
    ] as const) {
      const own = await servedRewards({ data: DATA, ...options });
      for (const [path, request] of asks(id)) {
        const { status, body } = await post(own, path, request);
        expect(status).toBe(400);
        expect(body.error.message).toContain(name);
      }
    }
  });

  test("too many that can't be judged end the run there; /score goes on with null", async () => {
    const own = await servedRewards({
      task: taskModule(`(problem, answer) => answer === "bad" ? { kind: "unverifiable", reason: "no idea" } : true`),
    });
    const items = (bad: number, all: number) =>
      Array.from({ length: all }, (_, i) => ({ problem: "train0", completion: answered(i < bad ? "bad" : "1") }));
    const rm = () => post(own, "/rm", { prompt: "", response: answered("1"), label: "train0" });
    // Below 200 nothing is said of a share.
    await post(own, "/score", { items: items(5, 150) });
    expect((await rm()).status).toBe(200);
    await post(own, "/score", { items: items(0, 100) });
    expect((await rm()).status).toBe(200);
    await post(own, "/score", { items: items(5, 50) });
    const { status, body, headers } = await rm();
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("10");
    expect(body.error).toMatchObject({ code: "too_many_unverifiable", message: expect.stringMatching(/no idea/) });
    expect((await post(own, "/score", { items: items(1, 1) })).body.scores[0]).toMatchObject({ reward: null });
    // The share is of the last 1,000.
    await post(own, "/score", { items: items(0, 1000) });
    expect((await rm()).body).toBe(1);
  });
});

test("ends and prompts are taken away", () => {
  expect(withoutEnds("a</s><|endoftext|>", "")).toEqual({ text: "a", ended: true });
  expect(withoutEnds("a<end><pad><pad>", "<end>")).toEqual({ text: "a", ended: true });
  expect(withoutEnds("a</s>", "<end>")).toEqual({ text: "a</s>", ended: false });
  expect(afterPrompt("p q", "p ")).toBe("q");
  expect(afterPrompt("p q", " p ")).toBe("q");
  expect(afterPrompt("q", "")).toBe("q");
  expect(afterPrompt("x", "p")).toBeNull();
  // An example before the question ends as the question does.
  const turn = `${"the same words again and again ".repeat(3)}Answer: `;
  expect(afterPrompt(`<s>${turn}4\n${turn}q`, `${turn}4\n${turn}`)).toBe("q");
  expect(afterPrompt(`${turn.slice(9)}4\n${turn}q`, `${turn}4\n${turn}`)).toBe("q");
});
