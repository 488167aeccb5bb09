import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { NO_REDIS, ownRedis, type OwnRedis } from "../judging/redis-server.ts";
import { aha, newFolder, outcome, startAha } from "./cli-run.ts";
import { inTheMiddle, jobRun, samplerTotals, slowed, startSampler, type OwnSampler } from "./sampler-runs.ts";

const NAME = NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`;
/** Three steps of four jobs, two evaluations of two jobs by samples and two greedy ones. */
const JOBS = 3 * 4;

interface Scene {
  readonly redis: OwnRedis;
  readonly folder: string;
  readonly samplers: OwnSampler[];
  start(): OwnSampler;
}

/** A run by samplers, with what happens meanwhile; gives its outcome, and what samplers did. */
async function sampledRun(
  samplers: number,
  meanwhile: (scene: Scene) => Promise<void>,
  { redisWords = [], more = [] }: { readonly redisWords?: readonly string[]; readonly more?: readonly string[] } = {},
): Promise<ReturnType<typeof outcome> & { readonly totals: ReturnType<typeof samplerTotals> }> {
  const redis = await ownRedis(...redisWords);
  const folder = join(newFolder(), "run");
  const started: OwnSampler[] = [];
  const start = (): OwnSampler => {
    const sampler = startSampler(redis.url);
    started.push(sampler);
    return sampler;
  };
  try {
    for (let i = 0; i < samplers; i++) start();
    const run = startAha(...jobRun(folder, "--samplers", redis.url, ...more));
    await meanwhile({ redis, folder, samplers: started, start });
    expect(await run.ended, run.text()).toBe(0);
    return { ...outcome(folder), totals: samplerTotals(folder) };
  } finally {
    for (const sampler of started) await sampler.end();
    await redis.remove();
  }
}

describe.skipIf(NO_REDIS !== null)(`by samplers the bytes of one process${NAME}`, () => {
  let alone: ReturnType<typeof outcome>;
  beforeAll(() => {
    const folder = join(newFolder(), "run");
    const { code, stderr } = aha(...jobRun(folder));
    expect(code, stderr).toBe(0);
    alone = outcome(folder);
  });

  test.each([1, 2, 3])("%i at work", async (samplers) => {
    const { totals, ...made } = await sampledRun(samplers, async () => {});
    expect(made).toEqual(alone);
    expect(totals.jobs).toBeGreaterThanOrEqual(JOBS);
    expect(totals.again).toBe(0);
  });

  test("one is killed inside a job, and a third comes in its place", async () => {
    const { totals: _totals, ...made } = await sampledRun(2, async ({ redis, folder, samplers, start }) => {
      await inTheMiddle(redis, folder, 1);
      samplers[0]!.signal("SIGKILL");
      start();
    });
    expect(made).toEqual(alone);
  });

  test("Redis dies in a step, and is back two seconds later", async () => {
    const durable = ["--appendonly", "yes", "--appendfsync", "everysec"];
    const { totals: _totals, ...made } = await sampledRun(
      2,
      async ({ redis, folder }) => {
        await inTheMiddle(redis, folder, 1);
        await redis.end("SIGKILL");
        await sleep(2000);
        await redis.start();
      },
      { redisWords: durable },
    );
    expect(made).toEqual(alone);
  });

  test("all of Redis is flushed in a step: jobs are asked again, weights sent again", async () => {
    const { totals, ...made } = await sampledRun(2, async ({ redis, folder }) => {
      await inTheMiddle(redis, folder, 1);
      await redis.command("FLUSHALL");
    });
    expect(made).toEqual(alone);
    expect(totals.again).toBeGreaterThan(0);
  });

  test("one is ten times slower", async () => {
    const { totals: _totals, ...made } = await sampledRun(2, async ({ folder, redis, samplers }) => {
      const end = slowed(samplers[0]!);
      await inTheMiddle(redis, folder, 2);
      await end();
    });
    expect(made).toEqual(alone);
  });
});
