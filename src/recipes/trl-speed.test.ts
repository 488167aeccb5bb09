import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OptionError, RunError } from "../errors.ts";
import { clockLine, measureTrlSteps, type TrlSpeedOptions } from "./trl-speed.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aha-trl-"));
  const config = { per_device_train_batch_size: 16, gradient_accumulation_steps: 2, steps_per_generation: 2 };
  writeFileSync(join(folder, "grpo.json"), JSON.stringify({ config, lora: null }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the place of Python. */
function python(script: string): string {
  const file = join(folder, "python");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const measured = (program: string, changes: Partial<TrlSpeedOptions> = {}) =>
  measureTrlSteps({
    folder,
    python: program,
    threads: 2,
    batch: 4,
    precision: "bfloat16",
    rewardUrl: "http://127.0.0.1:1",
    rollouts: 32,
    seconds: 20,
    ...changes,
  });

const TOLD = [9, 8, 2, 4, 3]
  .map((s) => `aha-step {"seconds":${s},"rolloutSeconds":1,"meanLength":10,"peak":3145728}`)
  .join("\\n");

test("steps after the first two are timed, and the config is changed for them", async () => {
  const speed = await measured(python(`echo "words between"; printf '${TOLD}\\n'; test "$1 $2" = "clock.py 2"`));
  expect(speed).toEqual({
    steps: 3,
    seconds: 3,
    rolloutSeconds: 1,
    updateSeconds: 2,
    tokens: 320,
    rolloutTokensPerSecond: 320,
    updateTokensPerSecond: (3 * 320) / 6,
    peakMegabytes: 3,
  });
  expect(JSON.parse(readFileSync(join(folder, "grpo.json"), "utf8"))).toEqual({
    config: {
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 8,
      steps_per_generation: 8,
      save_strategy: "no",
      log_completions: false,
      model_init_kwargs: { dtype: "bfloat16" },
    },
    lora: null,
  });
});

test("a Python without TRL, and none at all, are told with what to do", async () => {
  const without = python(`echo "ModuleNotFoundError: No module named 'trl'" >&2; exit 1`);
  await expect(measured(without)).rejects.toThrow(/a Python with TRL.*No module named.*pip install trl/);
  await expect(measured(join(folder, "nowhere"))).rejects.toThrow(OptionError);
});

test("a trainer that ends early, says nothing or nonsense is an error", async () => {
  await expect(measured(python("echo 'CUDA on fire' >&2; exit 3"))).rejects.toThrow(/it ended: CUDA on fire/);
  await expect(measured(python("true"))).rejects.toThrow(RunError);
  await expect(measured(python("echo 'aha-step {}'; exec sleep 30"))).rejects.toThrow(/to tell numbers/);
  await expect(measured(python("exec sleep 30"), { seconds: 0.2 })).rejects.toThrow(RunError);
  await expect(measured(python("true"), { batch: 5 })).rejects.toThrow(/divide the 32 completions/);
});

test("a line of the clock", () => {
  expect(clockLine("{'loss': 0.1}")).toBeNull();
  expect(() => clockLine('aha-step {"seconds":-1,"rolloutSeconds":0,"meanLength":1,"peak":0}')).toThrow(RunError);
});
