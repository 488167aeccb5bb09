import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { NO_REDIS, ownRedis } from "../judging/redis-server.ts";
import { aha, newFolder, outcome, startAha } from "./cli-run.ts";
import { NO_NETWORK, ownHost } from "./own-network.ts";
import { inTheMiddle, jobRun, startSampler } from "./sampler-runs.ts";

const WHY = NO_REDIS ?? NO_NETWORK;
const NAME = WHY === null ? "" : ` (skipped: ${WHY})`;
const CUT_SECONDS = 12;

test.skipIf(WHY !== null)(
  `samplers on two hosts, one of them cut off for ${CUT_SECONDS} s in a job: the bytes of one process${NAME}`,
  async () => {
    const [here, there] = [join(newFolder(), "run"), join(newFolder(), "run")];
    const steps = ["--steps", "8"];
    expect(aha(...jobRun(here, ...steps)).code).toBe(0);
    const hosts = [1, 2].map((number) => ownHost(number));
    onTestFinished(() => hosts.forEach((host) => host.remove()));
    const addresses = hosts.map(({ address }) => address);
    const redis = await ownRedis("--bind", "127.0.0.1", ...addresses, "--protected-mode", "no");
    onTestFinished(() => redis.remove());
    const samplers = hosts.map(({ address, prefix }) => startSampler(`redis://${address}:${redis.port}`, prefix));
    try {
      const run = startAha(...jobRun(there, ...steps, "--samplers", redis.url));
      await inTheMiddle(redis, there, 1);
      hosts[0]!.cable("down");
      await sleep(1000 * CUT_SECONDS);
      hosts[0]!.cable("up");
      expect(await run.ended, run.text()).toBe(0);
    } finally {
      for (const sampler of samplers) await sampler.end();
    }
    expect(outcome(there)).toEqual(outcome(here));
  },
);
