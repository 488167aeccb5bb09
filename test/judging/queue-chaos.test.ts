import { expect, test } from "vitest";
import { runChaos } from "./chaos.ts";

test("processes that are killed at random lose nothing and double nothing", { timeout: 60_000 }, async () => {
  const result = await runChaos({
    jobs: 200,
    distinct: 120,
    batch: 40,
    evaluators: 2,
    kills: 8,
    secondsBetween: 0.4,
    waitMs: 60,
    brokenShare: 0.05,
    seed: 7,
    patienceSeconds: 45,
  });
  expect(result).toMatchObject({
    credited: 200,
    creditedTwice: 0,
    wrong: 0,
    evaluations: 120,
    failed: 0,
    integrity: ["ok", "ok"],
  });
  expect(result.kills).toBeGreaterThanOrEqual(4);
});
