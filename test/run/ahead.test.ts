import { join } from "node:path";
import { expect, test } from "vitest";
import { randomKey, RandomStream } from "../../src/random.ts";
import { openRunStore } from "../../src/store/index.ts";
import { runAheadChaos } from "./ahead-chaos.ts";
import { aheadOutcome, aheadRun, killedAndResumed, slowTask } from "./ahead-runs.ts";
import { aha, newFolder } from "./cli-run.ts";

/** More of them by hand: `AHA_KILLS=20 npx vitest run test/run/ahead.test.ts`. */
const KILLS = Number(process.env["AHA_KILLS"] ?? 3);
/** Enough that every moment finds the run at work: each waits for up to a second on its slowest verdicts. */
const STEPS = KILLS > 3 ? 5 * KILLS : 8;

test("an asynchronous run that was killed at random moments is what its schedule says, byte for byte", async () => {
  const task = slowTask();
  const folder = join(newFolder(), "run");
  const random = new RandomStream(randomKey(7));
  const moments = Array.from({ length: KILLS }, () => 300 + 2000 * random.next());
  const steps = ["--steps", String(STEPS)];
  const kills = await killedAndResumed(folder, aheadRun(folder, task, ...steps), moments);
  expect(kills).toBeGreaterThan(0);
  const store = openRunStore(folder, { readOnly: true });
  const credit = [...store.schedule.credit()];
  const metrics = store.metrics();
  store.close();
  // Each rollout that was learnt from counts once.
  expect(credit.length).toBe(STEPS * 4 * 4);
  expect(new Set(credit.map(({ batch, place, sample }) => `${batch} ${place} ${sample}`)).size).toBe(credit.length);
  expect(metrics.every(({ ahead }) => ahead !== undefined)).toBe(true);
  expect(metrics.every(({ samplerGap }) => samplerGap! < 1e-5)).toBe(true);

  const again = join(newFolder(), "run");
  const replay = aha(...aheadRun(again, task, ...steps, "--schedule", folder));
  expect(replay.code, replay.stderr).toBe(0);
  expect(aheadOutcome(again)).toEqual(aheadOutcome(folder));
  if (KILLS > 3) console.log(`${kills} kills: ${JSON.stringify(aheadOutcome(folder))}`);
});

test("so is one whose evaluators were killed too", { timeout: 60_000 * (5 + KILLS) }, async () => {
  const result = await runAheadChaos({ kills: KILLS + 2, seed: 11, steps: STEPS });
  expect(result).toMatchObject({ credited: STEPS * 4 * 4, creditedTwice: 0, same: true, queue: { failed: 0 } });
  expect(result.trainer).toBeGreaterThan(0);
  expect(result.evaluators).toBeGreaterThan(0);
});
