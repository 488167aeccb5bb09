import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/formats/checkpoint.ts";
import { initialParameters, parameterCount } from "../../src/model/parameters.ts";
import { isLarge } from "../../src/policy/local/policy-size.ts";
import { randomKey } from "../../src/random.ts";
import { openRunStore } from "../../src/store/index.ts";
import { aha, checkpoint, killedRun, newFolder, outcome } from "./cli-run.ts";

const base = join(newFolder(), "base");

/** Completions are rewarded for their ends alone: of random weights none is right. */
function largeRun(folder: string): string[] {
  const counts = ["--problems-per-step", "2", "--group-size", "4", "--max-completion-tokens", "48"];
  const looks = ["--evaluation-problems", "2", "--evaluation-samples", "1", "--no-preflight"];
  const ends = ["--overlong-weight", "1", "--overlong-margin", "48", "--checkpoint-every", "1"];
  return ["zero", "--base", base, "--steps", "4", "--seed", "3", "--run", folder, ...counts, ...looks, ...ends];
}

/** The base just counts as large: its updates are made by threads, in the memory that all share. */
beforeAll(async () => {
  const shipped = await loadCheckpoint("models/countdown-base");
  const config = { ...shipped.config, hiddenSize: 384, layers: 6, heads: 12, kvHeads: 4, ffSize: 896 };
  expect([isLarge(config), parameterCount(config) < 9_000_000]).toEqual([true, true]);
  await saveCheckpoint(base, { ...shipped, config, parameters: initialParameters(config, randomKey(1)) });
});

test("all weights of a large model, kill -9 behind step 2, then resume: the same bytes as if nothing had happened", async () => {
  const whole = newFolder();
  const { code, stderr } = aha(...largeRun(whole));
  expect(code, stderr).toBe(0);
  const store = openRunStore(whole, { readOnly: true });
  const norms = store.metrics().map((line) => ("gradNorm" in line ? (line.gradNorm ?? 0) : 0));
  store.close();
  expect(norms.length).toBe(4);
  expect(Math.min(...norms)).toBeGreaterThan(0);

  const killed = await killedRun(largeRun, (folder) => checkpoint(folder, 2));
  const resumed = aha("resume", killed);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(outcome(killed)).toEqual(outcome(whole));
});
