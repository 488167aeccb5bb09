import { expect, test } from "vitest";
import type { Judge } from "../judging/judge.ts";
import { randomKey } from "../random.ts";
import type { JudgedRollout, Rollout } from "../records/rollout.ts";
import { COMPUTING_CHECKS, simulatedChecks, WAITING_CHECKS } from "./simulated-checks.ts";

const judge = {
  task: { name: "own" },
  judge: (rollouts: readonly Rollout[]) =>
    Promise.resolve(rollouts.map((rollout) => ({ ...rollout, verdict: { kind: "right" } }))),
} as unknown as Judge;
const GROUP = Array.from({ length: 8 }, (_, sample) => ({ sample })) as unknown as readonly Rollout[];

/** The moments at which so many groups were judged, and what was late. */
async function momentsOf(times: typeof WAITING_CHECKS, groups: number, work: number): Promise<[number[], number]> {
  const checks = simulatedChecks(judge, times, randomKey(1), groups);
  const told: number[] = [];
  let late = 0;
  for (let i = 0; i < groups; i++)
    checks.begin(GROUP, (judged) => {
      told.push(checks.now());
      late += (judged as readonly JudgedRollout[]).filter(({ verdict }) => verdict.kind === "unverifiable").length;
      return Promise.resolve();
    });
  await checks.spent("sampling", work / times.sampling);
  while (told.length < groups) await checks.wait();
  await expect(checks.wait()).rejects.toThrow(/none under way/);
  return [told, late];
}

test("checks wait side by side while the learner works; some hang and are cut", async () => {
  const [told, late] = await momentsOf(WAITING_CHECKS, 100, 5);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  // 800 checks of 3.4 s on average, 64 at once; the learner's five seconds passed meanwhile.
  expect(told.at(-1)).toBeGreaterThan(35);
  expect(told.at(-1)).toBeLessThan(70);
  expect(told[0]).toBeLessThan(10);
  expect(late).toBeGreaterThan(0);
  expect(late).toBeLessThan(20);
  // The same check takes the same time.
  expect(await momentsOf(WAITING_CHECKS, 100, 5)).toEqual([told, late]);
});

test("checks that compute stand still while the learner does", async () => {
  const [[idle], [busy]] = [await momentsOf(COMPUTING_CHECKS, 1, 0), await momentsOf(COMPUTING_CHECKS, 1, 5)] as const;
  expect(busy[0]! - idle[0]!).toBeCloseTo(5);
});

test("a group that is given up isn't told, and its checks make room", async () => {
  const checks = simulatedChecks(judge, WAITING_CHECKS, randomKey(1), 2);
  const told: string[] = [];
  const tell = (name: string) => () => Promise.resolve(void told.push(name));
  const first = checks.begin(GROUP, tell("first"));
  checks.begin(GROUP, tell("second"));
  first.cancel();
  while (told.length === 0) await checks.wait();
  expect(told).toEqual(["second"]);
  expect(await checks.batches()).toEqual([{ time: 0, accuracy: 1 }]);
});
