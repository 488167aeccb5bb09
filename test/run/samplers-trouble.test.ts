import { cpSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { NO_REDIS, ownRedis, type OwnRedis } from "../judging/redis-server.ts";
import { aheadOutcome, killedAndResumed } from "./ahead-runs.ts";
import { aha, newFolder, outcome, startAha } from "./cli-run.ts";
import { inTheMiddle, jobRun, startSampler } from "./sampler-runs.ts";

const NAME = NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`;

async function redisOf(...words: readonly string[]): Promise<OwnRedis> {
  const redis = await ownRedis(...words);
  onTestFinished(() => redis.remove());
  return redis;
}

/** A run's outcome by this process alone, and by two samplers. */
async function bothWays(redis: OwnRedis, ...more: readonly string[]): Promise<readonly [unknown, unknown]> {
  const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
  const alone = aha(...jobRun(here, ...more));
  expect(alone.code, alone.stderr).toBe(0);
  const samplers = [startSampler(redis.url), startSampler(redis.url)];
  try {
    const elsewhere = aha(...jobRun(there, ...more, "--samplers", redis.url));
    expect(elsewhere.code, elsewhere.stderr).toBe(0);
  } finally {
    for (const sampler of samplers) await sampler.end();
  }
  return [outcome(here), outcome(there)];
}

describe.skipIf(NO_REDIS !== null)(`samplers${NAME}`, () => {
  test("an adapter: its weights alone go from step to step", async () => {
    const redis = await redisOf();
    const [here, there] = await bothWays(redis, "--lora", "4", "--learning-rate", "0.01");
    expect(there).toEqual(here);
    expect(await redis.command("KEYS", "*")).toEqual([]);
  });

  test("a fixed lag: the next batch is written while the learner learns, killed at any moment", async () => {
    const redis = await redisOf();
    const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
    const lag = ["--lag", "1", "--steps", "4"];
    const alone = aha(...jobRun(here, ...lag));
    expect(alone.code, alone.stderr).toBe(0);
    const sampler = startSampler(redis.url);
    try {
      const again = ["--samplers", redis.url];
      const kills = await killedAndResumed(there, jobRun(there, ...lag, ...again), [400, 900], again);
      expect(kills).toBeGreaterThan(0);
      expect(aheadOutcome(there)).toEqual(aheadOutcome(here));
    } finally {
      await sampler.end();
    }
  });

  test("without samplers a run goes on where they wrote it, to the same bytes", async () => {
    const redis = await redisOf();
    const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
    expect(aha(...jobRun(here)).code).toBe(0);
    const sampler = startSampler(redis.url);
    const run = startAha(...jobRun(there, "--samplers", redis.url));
    try {
      await inTheMiddle(redis, there, 1);
      // Nobody answers any more, and the run is told to stop: the step under way isn't made.
      sampler.signal("SIGKILL");
      await sleep(500);
      run.child.kill("SIGINT");
      expect(await run.ended, run.text()).toBe(130);
    } finally {
      await sampler.end();
    }
    const resumed = aha("resume", there);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain("Samplers wrote this run's rollouts; without --samplers this machine does");
    expect(outcome(there)).toEqual(outcome(here));
  });

  test("a second learner of one run is refused, and a copy under its own name isn't", async () => {
    const redis = await redisOf();
    const [first, copy] = [join(newFolder(), "run"), join(newFolder(), "run")];
    const sampler = startSampler(redis.url);
    try {
      const run = startAha(...jobRun(first, "--samplers", redis.url, "--steps", "3000"));
      await inTheMiddle(redis, first, 1);
      cpSync(first, copy, { recursive: true });
      rmSync(join(copy, "run.writer"), { force: true });
      const second = aha("resume", copy, "--samplers", redis.url);
      expect([second.code, second.stderr]).toEqual([
        2,
        expect.stringMatching(/^aha: Expected one learner for the run run-.* at redis:.*, got a second one; end/m),
      ]);
      run.child.kill("SIGINT");
      expect(await run.ended).toBe(130);
    } finally {
      await sampler.end();
    }
  });

  test.each([
    [
      "a wrong password",
      ["--requirepass", "right"],
      /^aha: Expected the name and password of the Redis .* in --samplers/m,
    ],
    [
      "too little memory",
      ["--maxmemory", "10mb"],
      /^aha: Expected \d+ MB of room in the Redis at .*, got \d+ MB; give/m,
    ],
    [
      "one that drops",
      ["--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru"],
      /^aha: Expected a Redis that drops/m,
    ],
  ])("%s: one line, exit code 2", async (_name, words, line) => {
    const redis = await redisOf(...words);
    const folder = join(newFolder(), "run");
    const { code, stderr } = aha(...jobRun(folder, "--samplers", redis.url));
    expect([code, stderr]).toEqual([2, expect.stringMatching(line)]);
  });

  test("no Redis, and another server: one line for the learner and for the sampler", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { readonly port: number };
    for (const [address, words] of [
      ["redis://127.0.0.1:1", "can't be asked (ECONNREFUSED)"],
      [`redis://127.0.0.1:${port}`, "got another server"],
      ["http://127.0.0.1:1", "to be redis://USER:PASSWORD@HOST:PORT/DATABASE"],
    ] as const) {
      const run = startAha(...jobRun(join(newFolder(), "run"), "--samplers", address));
      const sampler = startAha("sampler", address);
      expect([await run.ended, await sampler.ended]).toEqual([2, 2]);
      expect(run.text()).toContain(words);
      expect(sampler.text()).toContain(words);
    }
  });

  test("a Redis that is gone for longer than the patience: one line, and the run goes on later", async () => {
    const redis = await redisOf();
    const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
    expect(aha(...jobRun(here)).code).toBe(0);
    const sampler = startSampler(redis.url);
    const run = startAha(...jobRun(there, "--samplers", redis.url, "--sampler-patience", "0"));
    await inTheMiddle(redis, there, 1);
    await redis.end("SIGKILL");
    expect(await run.ended).toBe(2);
    expect(run.text()).toMatch(/^aha: The queue at redis:.* can't be asked \(.*\); see that Redis runs there\.$/m);
    await redis.start();
    try {
      const resumed = aha("resume", there, "--samplers", redis.url);
      expect(resumed.code, resumed.stderr).toBe(0);
    } finally {
      await sampler.end();
    }
    expect(outcome(there)).toEqual(outcome(here));
  });

  test("memory that runs out on the way, and nobody who samples: the run ends resumable", async () => {
    const redis = await redisOf();
    const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
    expect(aha(...jobRun(here)).code).toBe(0);
    let sampler = startSampler(redis.url);
    const run = startAha(...jobRun(there, "--samplers", redis.url));
    await inTheMiddle(redis, there, 1);
    await redis.command("CONFIG", "SET", "maxmemory", "1");
    expect(await run.ended).toBe(2);
    expect(run.text()).toMatch(/aha: Expected room in the Redis at .*, got none: its maxmemory is reached; .* resume/);
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    await sampler.end();
    const alone = aha("resume", there, "--samplers", redis.url, "--sampler-patience", "0");
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^aha: Expected a sampler at redis:.*, got none for [\d.]+ s; start one with `aha sampler/m,
      ),
    ]);
    sampler = startSampler(redis.url);
    try {
      const resumed = aha("resume", there, "--samplers", redis.url);
      expect(resumed.code, resumed.stderr).toBe(0);
    } finally {
      expect(await sampler.end()).toBe(130);
    }
    expect(sampler.text()).toMatch(/Wrote \d+ completions \(\d+ tokens\) in \d+ jobs for 1 run at redis:/);
    expect(outcome(there)).toEqual(outcome(here));
  });
});
