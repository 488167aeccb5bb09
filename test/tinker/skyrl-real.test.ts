import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { newFolder, startAha } from "../run/cli-run.ts";

/*
 * SkyRL's own server on JAX, on a CPU: some ten minutes, and an environment of Python 3.12 that docs/guides/tinker.md
 * makes. So it runs where somebody asks for it; in CI the recorded server and the test server stand for it.
 *
 *   AHA_SKYRL=/tmp/skyrl/bin/python npx vitest run test/tinker/skyrl-real.test.ts
 */
const PYTHON = process.env["AHA_SKYRL"];
const PORT = 8765;
const STEPS = 25;
const KILL_AFTER = 12;

let server: ChildProcess | undefined;
const place = newFolder();

function startServer(): void {
  const backend = { max_lora_adapters: 4, train_micro_batch_size: 16, sample_max_num_sequences: 128 };
  const flags = {
    "--base-model": "models/countdown-base",
    "--backend": "jax",
    "--port": String(PORT),
    "--database-url": `sqlite:///${join(place, "tinker.db")}`,
    "--checkpoints-base": join(place, "checkpoints"),
    "--backend-config": JSON.stringify(backend),
  };
  server = spawn(PYTHON!, ["scripts/python/skyrl-server.py", ...Object.entries(flags).flat()], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, JAX_COMPILATION_CACHE_DIR: join(place, "jax") },
  });
}

/** Both of its processes, which are a group of their own. */
function killServer(): void {
  const pid = server?.pid;
  server = undefined;
  if (pid !== undefined && pid > 1) process.kill(-pid, "SIGKILL");
}

afterAll(killServer);

describe.skipIf(PYTHON === undefined)("SkyRL's server on JAX", () => {
  test("aha zero learns on it, through a kill of the server in the middle", async () => {
    startServer();
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${PORT}/api/v1/healthz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        {
          timeout: 120_000,
          interval: 1000,
        },
      )
      .toBe(true);
    const run = join(place, "run");
    const flags = {
      "--engine": `tinker+http://127.0.0.1:${PORT}`,
      "--model": "models/countdown-base",
      "--run": run,
      "--steps": STEPS,
      "--problems-per-step": 16,
      "--group-size": 8,
      "--max-completion-tokens": 128,
      "--learning-rate": 3e-3,
      "--learning-rate-floor": 1,
      "--warmup": 0,
      "--evaluation-problems": 16,
      "--evaluation-samples": 8,
    };
    const { ended, text } = startAha("zero", "--no-preflight", ...Object.entries(flags).flat().map(String));
    await expect.poll(text, { timeout: 1_200_000, interval: 500 }).toContain(`step ${KILL_AFTER}/`);
    killServer();
    await sleep(10_000);
    startServer();
    expect(await ended, text()).toBe(0);
    const store = openRunStore(run, { readOnly: true });
    const lines = store.metrics().filter((line) => "accuracy" in line);
    store.close();
    expect(lines.length).toBe(STEPS);
    expect(Math.max(...lines.map(({ samplerGap }) => samplerGap ?? 1))).toBeLessThan(1e-4);
    const share = (some: typeof lines): number =>
      some.reduce((sum, { accuracy }) => sum + (accuracy ?? 0), 0) / some.length;
    expect(share(lines.slice(-5)) - share(lines.slice(0, 3))).toBeGreaterThan(0.25);
  }, 3_600_000);
});
