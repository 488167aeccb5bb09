/**
 * An algorithm of one's own: advantages by rank within the group in the place of GRPO's by value. Run it with
 * `npx tsx examples/own-algorithm.ts`; three steps on the shipped base, some seconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineAlgorithm, shippedModel, train } from "aha-rl";

/** Ranks from the lowest reward to the highest, equal ones sharing theirs, brought to mean 0 and range 1. */
const byRank = defineAlgorithm({
  name: "by-rank",
  advantages(rewards) {
    const ranks = rewards.map((reward) => {
      const below = rewards.filter((other) => other < reward).length;
      const equal = rewards.filter((other) => other === reward).length;
      return below + (equal - 1) / 2;
    });
    return ranks.map((rank) => rank / (rewards.length - 1) - 0.5);
  },
  // What it sets of the run's options; `loss` would be a loss of its own.
  options: { aggregation: "token-mean", groupSize: 6 },
});

const folder = mkdtempSync(join(tmpdir(), "aha-own-algorithm-"));
const run = train({
  model: shippedModel("countdown-base"),
  task: "countdown",
  algorithm: byRank,
  steps: 3,
  preflight: false,
  sampling: { problemsPerStep: 8 },
  evaluation: { problems: 16, samples: 1 },
  folder,
});
for await (const { step, accuracy, completions } of run)
  console.log(
    step,
    accuracy,
    completions.slice(0, 6).map(({ advantage }) => advantage),
  );
rmSync(folder, { recursive: true });
