import { createServer, type Server } from "node:net";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { OptionError, RunError } from "../../src/errors.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import type {
  EvaluationJob,
  EvaluatorCard,
  EvaluatorSide,
  WorkClaim,
} from "../../src/judging/queue/evaluation-queue.ts";
import type { QueueRules } from "../../src/judging/queue/queue-rules.ts";
import { openBullEvaluator, openBullQueue, type BullQueue } from "../../src/judging/queue/redis/bull-queue.ts";
import { redisAddress } from "../../src/host/redis/redis-address.ts";
import { connectRedis } from "../../src/host/redis/redis-client.ts";
import type { JudgePause } from "../../src/judging/patient-verifier.ts";
import { loadTask } from "../../src/tasks/index.ts";
import { verdictReason } from "../../src/verifiers/verdict-score.ts";
import { taskModule } from "./own-verifiers.ts";
import { NO_REDIS, ownRedis, type OwnRedis } from "./redis-server.ts";

const LEASE = 0.4;
const keyOf = (answer: string): string => createHash("sha256").update(answer).digest("hex");
const evaluator = (id: string, has: readonly string[] = ["task:t"]): EvaluatorCard => ({ id, name: id, has });
const [A, B] = [evaluator("a"), evaluator("b")];
const RIGHT = { verdict: { kind: "right" }, failed: false } as const;
const BROKEN = { verdict: { kind: "unverifiable", reason: "no sandbox" }, failed: true, phase: "set up" } as const;

function job(answer: string, sample = 0, more: Partial<EvaluationJob> = {}): EvaluationJob {
  return {
    place: { run: "r", batch: "1", problem: "p", sample },
    key: keyOf(answer),
    needs: "task:t",
    work: { kind: "task", name: "t", task: "t", problem: "p", answer, seconds: 1 },
    ...more,
  };
}

describe.skipIf(NO_REDIS !== null)(`a queue in Redis${NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`}`, () => {
  let redis: OwnRedis;
  const open: EvaluatorSide[] = [];
  beforeAll(async () => void (redis = await ownRedis()));
  afterAll(() => redis.remove());
  beforeEach(() => redis.command("FLUSHALL"));
  afterEach(async () => {
    for (const queue of open.splice(0)) await queue.close();
  });
  const kept = <Q extends EvaluatorSide>(queue: Q): Q => {
    open.push(queue);
    return queue;
  };
  const made = async (run = "r-1", options: QueueRules = {}): Promise<BullQueue> =>
    kept(await openBullQueue(redisAddress(redis.url), run, { leaseSeconds: LEASE, firstWait: 0.02, ...options }));
  const far = async (): Promise<EvaluatorSide> =>
    kept(await openBullEvaluator(redisAddress(redis.url), undefined, LEASE));
  const soon = async (queue: EvaluatorSide, card = A): Promise<WorkClaim> => {
    for (let i = 0; i < 200; i++) {
      const [claim] = await queue.claim(card, 1);
      if (claim !== undefined) return claim;
      await sleep(20);
    }
    throw new Error("Expected a claim within 4 s, got none.");
  };

  test("judges once what is asked for twice, on whatever machine", async () => {
    const queue = await made();
    await queue.enqueue([job("x", 0), job("x", 1), job("y", 2), job("x", 0)]);
    const other = await far();
    const claims = await other.claim(A, 10);
    expect(claims.map(({ work }) => work.answer)).toEqual(["x", "y"]);
    expect(await (await far()).claim(B, 10)).toEqual([]);
    expect((await other.heartbeat(A, claims)).length).toBe(2);
    const long = `${"é".repeat(40_000)}end`;
    expect(await other.finish(A, claims[0]!, { ...RIGHT, log: long, seconds: { run: 2 } })).toBe(true);
    expect(
      await other.finish(A, claims[1]!, { verdict: { kind: "wrong", reason: "z\0".repeat(9999) }, failed: false }),
    ).toBe(true);
    expect(await other.finish(A, claims[0]!, RIGHT)).toBe(false);
    const results = await queue.results([keyOf("x"), keyOf("y"), keyOf("z")]);
    expect(results.map(({ verdict }) => verdict.kind)).toEqual(["right", "wrong"]);
    expect(verdictReason(results[1]!.verdict)!.length).toBe(10_000);
    expect(await queue.counts()).toMatchObject({ jobs: 3, cacheHits: 1, done: 2, waiting: 0, running: 0, failed: 0 });
    const rows = await queue.list({ state: "done", limit: 9 });
    const row = rows.find(({ verdict }) => verdict === "right")!;
    expect(row).toMatchObject({ jobs: 2, attempts: 0, seconds: { run: 2 }, place: { problem: "p", sample: 0 } });
    expect(await queue.log(row.id)).toMatch(/^é+end$/);
    expect(Buffer.byteLength((await queue.log(row.id))!)).toBeLessThanOrEqual(2 ** 16);
    expect(await queue.log(1)).toBeNull();
    expect((await queue.counts()).evaluators).toMatchObject([{ name: "a", running: 2 }]);
    expect(await queue.rerun({ id: row.id })).toBe(1);
    expect(await queue.results([keyOf("x")])).toEqual([]);
  });

  test("goes to those alone who can judge it; answers keep what is in them", async () => {
    const answer = 'a\0b "quoted" \ud800 ü 🎉\n';
    const queue = await made();
    await queue.enqueue([job(answer, 0, { needs: "repository" }), job("2")]);
    const side = await far();
    expect((await side.claim(A, 9)).map(({ work }) => work.answer)).toEqual(["2"]);
    expect(await side.claim(evaluator("none", []), 9)).toEqual([]);
    await sleep(600);
    expect((await side.claim(evaluator("c", ["repository"]), 9))[0]!.work.answer).toBe(answer);
  });

  test("an infrastructure error is tried five times, then unverifiable, and tried again for another job", async () => {
    const queue = await made();
    await queue.enqueue([job("x")]);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(await queue.results([keyOf("x")])).toEqual([]);
      expect(await queue.fail(A, await soon(queue), BROKEN)).toBe(true);
    }
    const verdict = { kind: "unverifiable", reason: "no sandbox (5 tries)" };
    expect(await queue.results([keyOf("x")])).toEqual([{ key: keyOf("x"), verdict, failed: true }]);
    expect(await queue.counts()).toMatchObject({ failed: 1, failedByPhase: { "set up": 1 } });
    expect(await queue.list({ state: "failed", limit: 1 })).toMatchObject([{ phase: "set up", attempts: 5 }]);
    await queue.enqueue([job("x")]);
    expect(await queue.claim(A, 1)).toEqual([]);
    await queue.enqueue([job("x", 7)]);
    expect(await queue.finish(A, await soon(queue), RIGHT)).toBe(true);
    expect(await queue.results([keyOf("x")])).toMatchObject([RIGHT]);
  });

  test("a dead evaluator's claim is taken over, and what it says late is not kept", async () => {
    const queue = await made();
    await queue.enqueue([job("x")]);
    const [lost, other] = [await far(), await far()];
    const first = await soon(lost);
    for (let i = 0; i < 8; i++) {
      await sleep(100);
      expect(await lost.heartbeat(A, [first])).toHaveLength(1);
      expect(await other.claim(B, 1)).toEqual([]);
    }
    const second = await soon(other, B);
    expect(await lost.heartbeat(A, [first])).toEqual([]);
    expect(await lost.finish(A, first, { verdict: { kind: "wrong", reason: "late" }, failed: false })).toBe(false);
    expect(await other.finish(B, second, RIGHT)).toBe(true);
    expect(await queue.results([keyOf("x")])).toMatchObject([RIGHT]);
  });

  test("what kills its evaluators ends; one who leaves counts for nothing", async () => {
    const queue = await made();
    await queue.enqueue([job("x")]);
    for (let i = 0; i < 30; i++) {
      await soon(queue);
      await queue.leave(A);
    }
    for (let i = 1; i <= 20; i++) {
      await soon(queue, evaluator(`e${i}`));
      await queue.bury(`e${i}`);
    }
    expect(await queue.claim(A, 1)).toEqual([]);
    expect(await queue.results([keyOf("x")])).toMatchObject([
      { failed: true, verdict: { reason: "its evaluator died 20 times while it was judged" } },
    ]);
  });

  test("two runs in one Redis don't see each other; FLUSHALL loses nothing that is asked for", async () => {
    const [one, two] = [await made("one"), await made("two")];
    await one.enqueue([job("x"), job("y", 1)]);
    await two.enqueue([job("x")]);
    const side = await far();
    const claims = await side.claim(A, 9);
    expect(claims).toHaveLength(3);
    for (const claim of claims.filter(({ work }) => work.answer === "y")) await side.finish(A, claim, RIGHT);
    expect(await one.results([keyOf("x"), keyOf("y")])).toMatchObject([{ key: keyOf("y") }]);
    expect(await two.counts()).toMatchObject({ jobs: 1, done: 0 });
    await redis.command("FLUSHALL");
    // What was claimed before is nobody's now.
    for (const claim of claims) expect(await side.finish(A, claim, { ...RIGHT, log: "late" })).toBe(false);
    expect(await one.results([keyOf("x")])).toEqual([]);
    expect(await one.counts()).toMatchObject({ jobs: 1, waiting: 1 });
    await sleep(600);
    expect(await side.finish(A, await soon(side), RIGHT)).toBe(true);
    expect(await one.results([keyOf("x")])).toMatchObject([RIGHT]);
    await one.forget();
    // What evaluators that still look would make anew ends by itself.
    await sleep(2 * 1000 * LEASE);
    for (const key of (await redis.command("KEYS", "aha:one*")) as string[])
      expect([key, await redis.command("PTTL", key)]).not.toEqual([key, -1]);
  });

  test("what others put into it is refused in words, not obeyed", async () => {
    const queue = await made();
    await queue.enqueue([job("x")]);
    const [name] = (await redis.command("HKEYS", "aha:queues")) as string[];
    await redis.command(
      "HSET",
      "aha:queues",
      "else",
      "no json",
      name!,
      JSON.stringify({ run: "r-1", needs: "task:t" }),
    );
    const data = JSON.stringify({ work: '{"kind":"shell","answer":"rm"}', place: "{}" });
    await redis.command("HSET", `aha:${name}:${keyOf("x")}`, "data", data);
    expect(await queue.claim(A, 1)).toEqual([]);
    const [ended] = await queue.results([keyOf("x")]);
    expect(verdictReason(ended!.verdict)).toMatch(/holds what can't be read .*execution, task/);
  });

  test("a judge waits for a Redis that is gone and goes on; nothing of it is in the run's folder", async () => {
    const other = await ownRedis("--requirepass", "geheim");
    const module = taskModule(
      `(problem, answer) => answer === "yes" ? true : { kind: "wrong", reason: "said " + answer }`,
    );
    const task = await loadTask(module);
    const problem = task.problems("heldOut")[0]!;
    const folder = mkdtempSync(join(tmpdir(), "aha-redis-run-"));
    const pauses: JudgePause[] = [];
    const queue = other.url.replace("//", "//:geheim@");
    const judge = createJudge(
      task,
      module,
      { evaluators: 1, queue, verifierSeconds: 20 },
      { folder, onPause: (pause) => pauses.push(pause) },
    );
    const ask = async (...answers: readonly string[]): Promise<(string | null)[]> => {
      const rollouts = answers.map((answer, sample) => ({
        problem,
        prompt: "p",
        text: `<think> t </think> <answer>${answer}</answer>`,
        stop: "end" as const,
        version: 1,
        sample,
      }));
      return (await judge.judge(rollouts)).map(({ verdict }) => verdictReason(verdict));
    };
    try {
      await judge.ready();
      expect(await ask("yes", "no")).toEqual([null, "said no"]);
      await other.end("SIGKILL");
      const later = ask("yes", "a", "b");
      await sleep(700);
      await other.start();
      expect(await later).toEqual([null, "said a", "said b"]);
      expect(pauses[0]).toMatchObject({ taskName: "own", patienceMinutes: 10 });
      expect(pauses[0]!.reason).toMatch(/^The queue at redis:\/\/127\.0\.0\.1:\d+ can't be asked \(no connection\)/);
      expect(readdirSync(folder)).toEqual(["evaluations.name"]);
      const said = JSON.stringify(pauses) + readFileSync(join(folder, "evaluations.name"), "utf8");
      expect(said).not.toContain("geheim");
      // It ends without Redis too.
      await other.end("SIGKILL");
    } finally {
      await judge.stop();
      await other.remove();
    }
  }, 30_000);

  describe("refuses in one line", () => {
    const refused = async (url: string, kind: new (message: string) => Error, words: RegExp): Promise<void> => {
      const error: unknown = await openBullQueue(redisAddress(url, undefined), "r").catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).message).toMatch(words);
      expect((error as Error).message).not.toMatch(/geheim|falsch|\n/);
    };

    test("a Redis that is gone", () =>
      refused(
        "redis://:geheim@127.0.0.1:1",
        RunError,
        /can't be asked \(ECONNREFUSED\); see that Redis runs there\.$/,
      ));

    test("a wrong password, none, and a user who may too little", async () => {
      const other = await ownRedis("--requirepass", "geheim");
      try {
        const words = /^Expected the name and password of the Redis at redis:.* in `queue` or AHA_QUEUE_TOKEN/;
        await refused(other.url, OptionError, words);
        await refused(other.url.replace("//", "//:falsch@"), OptionError, words);
        await refused(other.url.replace("//", "//nobody:geheim@"), OptionError, words);
        const user = "ACL SETUSER few on >geheim ~x* +ping +info +select";
        await other.command(...user.split(" "));
        const few = await openBullQueue(redisAddress(other.url.replace("//", "//few:geheim@")), "r");
        await expect(few.enqueue([job("x")])).rejects.toThrow(/NOPERM/);
        await few.close();
        await (await openBullQueue(redisAddress(other.url, "geheim"), "r")).close();
      } finally {
        await other.remove();
      }
    });

    test("a database that Redis hasn't", async () => {
      await (await connectRedis(redisAddress(`${redis.url}/15`))).client.quit();
      const connected = connectRedis(redisAddress(`${redis.url}/99`));
      await expect(connected).rejects.toThrow(/Expected `queue` to name one of Redis's databases, got .*\/99; /);
    });

    test("a Redis that drops what it can't hold", async () => {
      await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      const connected = connectRedis(redisAddress(redis.url));
      await expect(connected).rejects.toThrow(/got the maxmemory-policy allkeys-lru .* set it to noeviction/);
      await redis.end();
      await redis.start();
    });

    test("another server", async () => {
      const serve = (answer: string): Promise<Server> =>
        new Promise((resolve) => {
          const server = createServer((socket) => {
            socket.on("error", () => undefined).on("data", () => void socket.write(answer));
          }).listen(0, "127.0.0.1", () => resolve(server));
        });
      const server = await serve("HTTP/1.1 400 Bad Request\r\n\r\n");
      const { port } = server.address() as { readonly port: number };
      await refused(`redis://127.0.0.1:${port}`, OptionError, /^Expected a Redis at .*, got another server\.$/);
      server.close();
    });

    test("packages that aren't there", async () => {
      const load = (): Promise<never> => import("no-such-package-of-anybody" as string) as Promise<never>;
      await expect(connectRedis(redisAddress(redis.url), load)).rejects.toThrow(/npm install bullmq@6 ioredis@5/);
    });
  });
});

describe("an address of Redis", () => {
  test("is read with its parts, and shown without a password", () => {
    expect(redisAddress("rediss://me:a%40b@box:7000/3", undefined)).toMatchObject({
      host: "box",
      port: 7000,
      database: 3,
      tls: true,
      username: "me",
      password: "a@b",
      shown: "rediss://me@box:7000/3",
    });
    expect(redisAddress("redis://[::1]", "token")).toMatchObject({ host: "::1", port: 6379, password: "token" });
  });

  test.each([
    "http://box",
    "redis://",
    "redis://:geheim@box/x",
    "redis://:geheim@box?a=geheim",
    "redis://:ge%zzheim@box",
  ])("is refused without its password: %s", (text) => {
    expect(() => redisAddress(text)).toThrow(OptionError);
    expect(() => redisAddress(text)).toThrow(/^(?!.*heim)Expected `queue` to be redis:/);
  });
});
