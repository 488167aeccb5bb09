import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NO_REDIS, ownRedis } from "../judging/redis-server.ts";
import { aha, newFolder, outcome, smallRun } from "./cli-run.ts";

const NAME = NO_REDIS === null ? "" : ` (skipped: ${NO_REDIS})`;

test.skipIf(NO_REDIS !== null)(
  `a run whose queue is in Redis computes what one without does, and keeps no password${NAME}`,
  async () => {
    const redis = await ownRedis("--requirepass", "geheim");
    try {
      const [plain, queued] = [join(newFolder(), "run"), join(newFolder(), "run")];
      expect(aha(...smallRun(plain, 2)).code).toBe(0);
      const address = redis.url.replace("//", "//:geheim@");
      const first = aha(...smallRun(queued, 2), "--evaluators", "1", "--queue", address);
      expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining("geheim")]);
      expect(outcome(queued).weights).toBe(outcome(plain).weights);
      const seen = aha("queue", queued, "--queue", address, "--json");
      expect(JSON.parse(seen.stdout.trim().split("\n").at(-1)!)).toMatchObject({ waiting: 0, running: 0, failed: 0 });
      const files = readdirSync(queued).filter((name) => /^(run\.db|evaluations)/.test(name));
      expect(files).toContain("evaluations.name");
      expect(files).not.toContain("evaluations.db");
      for (const name of files) expect(readFileSync(join(queued, name)).includes("geheim")).toBe(false);
      const printed = aha(...smallRun(join(newFolder(), "run"), 2), "--queue", address, "--print-config");
      expect(printed.stdout).toContain(redis.url);
      expect(printed.stdout).not.toContain("geheim");

      const without = aha("resume", queued, "--steps", "3");
      expect([without.code, without.stderr]).toEqual([
        2,
        expect.stringMatching(/^aha: Expected --queue, as the run's/),
      ]);
      const on = aha("resume", queued, "--steps", "3", "--queue", address);
      expect([on.code, on.stderr]).toEqual([0, expect.not.stringContaining("geheim")]);
      const wrong = aha(...smallRun(join(newFolder(), "run"), 2), "--queue", address.replace("geheim", "falsch"));
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toMatch(/^aha: Expected the name and password of the Redis at redis:.* in --queue or AHA/m);
      expect(wrong.stderr).not.toContain("falsch");
    } finally {
      await redis.remove();
    }
  },
  240_000,
);
