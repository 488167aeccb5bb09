/**
 * Rewards of one's own: the right answer, and of the right ones the shortest in its group a little more. Run it with
 * `npx tsx examples/own-reward.ts`; three steps on the shipped base, some seconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accuracyReward, shippedModel, train, type GroupReward } from "aha-rl";

/** A part that sees all completions of a problem at once; one that needs a single one has `score(completion)`. */
const shortestRight: GroupReward = {
  name: "shortest-right",
  weight: 0.1,
  scoreGroup(completions) {
    const right = completions.filter(({ verdict }) => verdict.kind === "right");
    const shortest = Math.min(...right.map(({ tokens }) => tokens.length));
    return completions.map(({ verdict, tokens }) => (verdict.kind === "right" && tokens.length === shortest ? 1 : 0));
  },
};

const folder = mkdtempSync(join(tmpdir(), "aha-own-reward-"));
const run = train({
  model: shippedModel("countdown-base"),
  task: "countdown",
  rewards: [accuracyReward(), shortestRight],
  steps: 3,
  preflight: false,
  sampling: { problemsPerStep: 8 },
  evaluation: { problems: 16, samples: 1 },
  folder,
});
for await (const { step, accuracy, rewardByPart } of run) console.log(step, accuracy, rewardByPart);
rmSync(folder, { recursive: true });
