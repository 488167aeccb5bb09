import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { OptionError } from "../../../src/errors.ts";
import { serveRewards, type ServedRewards } from "../../../src/server/rewards/serve-rewards.ts";
import { taskModule } from "../../judging/own-verifiers.ts";
import { post } from "../ask-server.ts";
import { answered, servedRewards, sumsFile } from "./ask-rewards.ts";
import { sendMalformed, soundRequests } from "./malformed.ts";

const DATA = sumsFile();
const seconds = async (job: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await job();
  return (performance.now() - began) / 1000;
};
const scoreOf = async (server: ServedRewards, answer: string): Promise<{ reward: number | null; reason?: string }> =>
  (await post(server, "/score", { items: [{ problem: "train0", completion: answered(answer) }] })).body.scores[0];

test("1,500 malformed requests: none is a mistake of ours, and the next one is answered", async () => {
  const server = await servedRewards({ data: DATA, maxBodyBytes: 10_000 });
  const statuses = await sendMalformed(server.port, soundRequests("1", answered("1")), 1500);
  expect(
    Object.keys(statuses)
      .map(Number)
      .filter((status) => status >= 500 && status !== 503),
  ).toEqual([]);
  // Some damage leaves a request as good as it was.
  expect(statuses[400]).toBeGreaterThan(200);
  expect(statuses[404]).toBeGreaterThan(50);
  expect(statuses[413]).toBeGreaterThan(0);
  const { body } = await post(server, "/score", { items: [{ gold: "1", completion: answered("1") }] });
  expect(body.scores[0]).toMatchObject({ reward: 1 });
}, 120_000);

describe("a verifier that hangs on some answers", () => {
  test("holds up nobody else, and is given up by its deadline", async () => {
    const hangs = `(problem, answer) => { if (answer.startsWith("slow")) for (;;); return true; }`;
    const server = await servedRewards({ task: taskModule(hangs), verifierSeconds: 10 });
    for (let i = 0; i < 10; i++) await scoreOf(server, "warm");
    // As many as there are threads for verdicts that don't take long.
    const slow = Array.from({ length: Math.min(4, availableParallelism()) }, (_, i) => scoreOf(server, `slow ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const took = await seconds(async () => {
      for (let i = 0; i < 20; i++) expect((await scoreOf(server, `quick ${i}`)).reward).toBe(1);
    });
    expect(took).toBeLessThan(9);
    for (const { reward, reason } of await Promise.all(slow)) {
      expect(reward).toBeNull();
      expect(reason).toMatch(/did not end within 10 s/);
    }
  }, 60_000);

  test("in its waits either, and however often in a row", async () => {
    const waits = `(problem, answer) => answer === "slow" ? new Promise(() => {}) : true`;
    const server = await servedRewards({ task: taskModule(waits), verifierSeconds: 6, judges: 100 });
    await scoreOf(server, "warm");
    const slow = Array.from({ length: 60 }, () => scoreOf(server, "slow"));
    expect(await seconds(() => scoreOf(server, "quick"))).toBeLessThan(5);
    expect((await Promise.all(slow)).map(({ reward }) => reward)).toEqual(slow.map(() => null));
    // Nobody is told that the verifier is down, and nobody waits for it.
    expect((await scoreOf(server, "quick")).reward).toBe(1);
    expect(server.figures()).toMatchObject({ judged: 3, unverifiable: 60 });
  }, 60_000);

  test("what still waits after so many seconds is answered as unverifiable", async () => {
    const server = await servedRewards({ task: taskModule("() => new Promise(() => {})"), answerSeconds: 0.5 });
    expect(await scoreOf(server, "1")).toMatchObject({ reward: null, reason: "no verdict within 0.5 s" });
  });
});

test("a request is only data: nothing of it is run or looked up", async () => {
  const server = await servedRewards({ data: DATA });
  for (const problem of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const { body } = await post(server, "/score", { items: [{ problem, completion: answered("process.exit(1)") }] });
    expect(body.scores[0]).toMatchObject({ reward: null, verdict: "unverifiable" });
  }
  const polluted =
    '{"items":[{"gold":"1","completion":"<answer>1</answer>","__proto__":{"truncated":true}}],"__proto__":{"x":1}}';
  expect((await post(server, "/score", polluted)).body.scores[0]).toMatchObject({ verdict: "right" });
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

describe("who may ask", () => {
  test("only who has the token, but for whether it is there", async () => {
    const server = await servedRewards({ data: DATA, token: "secret" });
    const ask = (headers: Record<string, string>): Promise<number> =>
      post(server, "/score", { items: [] }, { headers }).then(({ status }) => status);
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: "Bearer other" })).toBe(401);
    expect(await ask({ authorization: "Bearer secret" })).toBe(200);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    // A page of another site.
    expect(await ask({ authorization: "Bearer secret", origin: "https://evil.example" })).toBe(403);
  });

  test("an address that others can reach wants a token", async () => {
    await expect(serveRewards({ data: DATA, host: "0.0.0.0" })).rejects.toThrow(OptionError);
  });

  test.each([
    [{ data: DATA, task: "countdown" }, /`data` or a `task`, got both/],
    [{ task: "nobody" }, /nobody/],
    [{ data: "/nowhere.jsonl" }, /nowhere/],
    [{ rewardModel: "x" }, /Expected a known option, got "rewardModel"/],
    [{ overlongWeight: 1, overlongMargin: 999, maxCompletionTokens: 16 }, /overlongMargin/],
    [{ data: DATA, evaluators: 1 }, /`evaluators`/],
  ])("%j is refused", async (options, words) => {
    await expect(serveRewards({ port: 0, ...options } as object)).rejects.toThrow(words);
  });
});

describe("a full house", () => {
  test("more than may wait are told to come again, and more than can ever be are refused", async () => {
    const server = await servedRewards({
      task: taskModule("() => new Promise(() => {})"),
      waiting: 2,
      answerSeconds: 3,
    });
    const items = (count: number) =>
      Array.from({ length: count }, () => ({ problem: "train0", completion: answered("1") }));
    const first = post(server, "/score", { items: items(2) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { status, headers } = await post(server, "/score", { items: items(1) });
    expect(status).toBe(429);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await post(server, "/score", { items: items(3) })).status).toBe(400);
    expect((await first).status).toBe(200);
    expect((await post(server, "/score", { items: [] })).status).toBe(200);
  });

  test("when it ends, what is under way is answered and new ones are told so", async () => {
    const waits = `async () => { await new Promise((resolve) => setTimeout(resolve, 600)); return true; }`;
    const server = await servedRewards({ task: taskModule(waits) });
    await scoreOf(server, "warm");
    const under = scoreOf(server, "1");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = server.stop();
    expect((await under).reward).toBe(1);
    await stopped;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });
});
