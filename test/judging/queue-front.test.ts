import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { RunError } from "../../src/errors.ts";
import type { EvaluatorSide } from "../../src/judging/queue/evaluation-queue.ts";
import { openHttpQueue } from "../../src/judging/queue/http-queue.ts";
import { runEvaluator } from "../../src/judging/queue/run-evaluator.ts";
import { openSqliteQueue, type SqliteQueue } from "../../src/judging/queue/sqlite-queue.ts";
import { openWorkJudge } from "../../src/judging/queue/work-judge.ts";
import { serveQueue, type ServeQueueOptions } from "../../src/server/serve-queue.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function served(options: ServeQueueOptions = {}): Promise<{ queue: SqliteQueue; url: string }> {
  const queue = openSqliteQueue(mkdtempSync(join(tmpdir(), "aha-front-")), { create: true, leaseSeconds: 2 });
  const front = await serveQueue(queue, { port: 0, token: "open-sesame", ...options });
  ends.push(
    () => queue.close(),
    () => front.stop(),
  );
  return { queue, url: front.url };
}

const job = (answer: string, sample: number) =>
  ({
    place: { run: "r", batch: "1", problem: "p", sample },
    key: `key-${answer}`,
    needs: "task:countdown",
    work: { kind: "task", name: "countdown", task: "/their/place.mjs", problem: "unknown", answer, seconds: 5 },
  }) as const;
const A = { id: "a", name: "a", has: ["task:countdown"] };
const RIGHT = { verdict: { kind: "right" }, failed: false } as const;

describe("a queue that is served", () => {
  test("gives an evaluator elsewhere the same side of it", async () => {
    const { queue, url } = await served();
    const far = await openHttpQueue(url, "open-sesame");
    expect(far.leaseSeconds).toBe(2);
    await queue.enqueue([job("x", 0), job("y", 1)]);
    const claims = await far.claim(A, 10);
    expect(claims.map(({ work }) => work.answer)).toEqual(["x", "y"]);
    expect(await far.heartbeat(A, claims)).toHaveLength(2);
    const log = `${"long ".repeat(40_000)}end`;
    expect(await far.finish(A, claims[0]!, { ...RIGHT, log, seconds: { run: 1 } })).toBe(true);
    expect(await far.finish(A, claims[0]!, RIGHT)).toBe(false);
    const broken = { verdict: { kind: "unverifiable", reason: "no sandbox" }, failed: true } as const;
    expect(await far.fail(A, claims[1]!, broken)).toBe(true);
    await far.leave(A);
    expect(await queue.results(["key-x", "key-y"])).toEqual([{ key: "key-x", ...RIGHT }]);
    expect(await queue.log(1)).toMatch(/^[long ]+end$/);
  });

  test("runs what its user named alone, whatever the queue says where it lies", async () => {
    const { queue, url } = await served();
    await queue.enqueue([job("x", 0), { ...job("z", 1), key: "code", needs: "code" }]);
    const judge = openWorkJudge({ task: "countdown", judges: 4 });
    expect(judge.has).toEqual(["task:countdown"]);
    const module = openWorkJudge({ task: undefined, judges: 1 });
    expect((await module.judge(job("x", 0).work, new AbortController().signal)).failed).toBe(true);
    const stop = new AbortController();
    const far = await openHttpQueue(url, "open-sesame");
    const running = runEvaluator(far, {
      card: { id: "far", name: "far" },
      judge,
      atOnce: 2,
      signal: stop.signal,
      onJudged: () => stop.abort(),
    });
    await running;
    await judge.stop();
    // The name was known, the problem was not: it failed, and was not judged wrong.
    expect(await queue.counts()).toMatchObject({ waiting: 2, retries: 1, failed: 0 });
  });
});

describe("in one line", () => {
  test("a wrong token, none, and an address without a token", async () => {
    const { url } = await served();
    for (const token of ["other", undefined])
      await expect(openHttpQueue(url, token)).rejects.toThrow(
        /^Expected the token of the queue at http:\/\/127\.0\.0\.1:\d+ as `token`, got another or none\.$/,
      );
    const queue = openSqliteQueue(mkdtempSync(join(tmpdir(), "aha-front-")), { create: true });
    ends.push(() => queue.close());
    await expect(serveQueue(queue, { host: "0.0.0.0" })).rejects.toThrow(/^Expected a token where others can reach/);
  });

  test.each([
    ["box:8090x", /the address that .* prints or one of a Redis, got "box:8090x"/],
    ["ftp://box", /got "ftp:\/\/box"/],
    ["http://me:pw@box", /without a name and password/],
  ])("what is no address: %s", async (address, words) => {
    await expect(openHttpQueue(address, "t")).rejects.toThrow(words);
  });

  test("a server that is none of ours, and one that is gone", async () => {
    const answers: [number, string][] = [
      [200, "<html>"],
      [200, '{"front":"other"}'],
      [404, "nothing"],
      [302, ""],
    ];
    for (const [status, body] of answers) {
      const server = createServer((_request, response) => {
        response.writeHead(status, status === 302 ? { location: "http://127.0.0.1:1/" } : {});
        response.end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      await expect(openHttpQueue(`http://127.0.0.1:${port}`, "t")).rejects.toThrow(
        status === 302 ? /can't be reached/ : /^Expected a queue of `aha queue RUN --serve` at .*, got another answer/,
      );
      await new Promise((resolve) => server.close(resolve));
      if (status === 200) continue;
      const gone = openHttpQueue(`http://127.0.0.1:${port}`, "t");
      await expect(gone).rejects.toThrow(/^The queue at http:\/\/127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\)/);
    }
  });

  test("bodies that are too large or of another shape", async () => {
    const { url } = await served();
    const post = async (path: string, body: unknown): Promise<[number, string]> => {
      const headers = { authorization: "Bearer open-sesame", "content-type": "application/json" };
      const response = await fetch(`${url}/queue/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      return [response.status, JSON.stringify(await response.json())];
    };
    expect((await post("claim", { evaluator: A, most: 1e9 }))[0]).toBe(400);
    expect((await post("claim", { evaluator: { ...A, has: "all" }, most: 1 }))[1]).toMatch(/evaluator\.has/);
    expect((await post("claim", { evaluator: { ...A, id: "x".repeat(3e6) }, most: 1 }))[0]).toBe(413);
    const outcome = { verdict: { kind: "partly", score: 2 }, failed: false };
    expect((await post("finish", { evaluator: A, claim: { id: 1, take: 1 }, outcome }))[0]).toBe(400);
    expect((await post("other", {}))[0]).toBe(404);
  });
});

test("an evaluator waits for a queue that can't be asked, and loses nothing that it judged", async () => {
  const { queue } = await served();
  await queue.enqueue([job("x", 0)]);
  let refusals = 3;
  const shaky: EvaluatorSide = {
    leaseSeconds: 30,
    claim: (...asked) => queue.claim(...asked),
    heartbeat: (...asked) => queue.heartbeat(...asked),
    fail: (...asked) => queue.fail(...asked),
    leave: (...asked) => queue.leave(...asked),
    close: () => queue.close(),
    finish(...told) {
      if (refusals-- > 0) return Promise.reject(new RunError("The disk is full."));
      return queue.finish(...told);
    },
  };
  const stop = new AbortController();
  const heard: string[] = [];
  await runEvaluator(shaky, {
    card: { id: "e", name: "e" },
    judge: { has: A.has, judge: () => Promise.resolve(RIGHT), stop: () => Promise.resolve() },
    atOnce: 1,
    signal: stop.signal,
    onTrouble: ({ message }) => heard.push(message),
    onJudged: () => stop.abort(),
  });
  expect(heard).toEqual(Array(3).fill("The disk is full."));
  expect(await queue.counts()).toMatchObject({ done: 1 });
  refusals = 99;
  await queue.enqueue([job("y", 1)]);
  await expect(
    runEvaluator(shaky, {
      card: { id: "f", name: "f" },
      judge: { has: A.has, judge: () => Promise.resolve(RIGHT), stop: () => Promise.resolve() },
      atOnce: 1,
      signal: new AbortController().signal,
      patience: 0.1,
    }),
  ).rejects.toThrow("The disk is full.");
  expect(await queue.counts()).toMatchObject({ done: 1, waiting: 1, running: 0 });
});
