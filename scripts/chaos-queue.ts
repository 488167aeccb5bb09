/**
 * Kills a trainer and its evaluators at random while they share a queue, and counts what was credited.
 *
 *   npx tsx scripts/chaos-queue.ts [JOBS] [KILLS] [SEED]
 */
import { runChaos } from "../test/judging/chaos.ts";

const [jobs = 2000, kills = 60, seed = 1] = process.argv.slice(2).map(Number);
const result = await runChaos({
  jobs,
  distinct: Math.round(jobs * 0.6),
  batch: 100,
  evaluators: 4,
  kills,
  secondsBetween: 0.7,
  waitMs: 400,
  brokenShare: 0.03,
  seed,
  patienceSeconds: 540,
});
console.log(JSON.stringify(result, null, 2));
