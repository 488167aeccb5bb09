/**
 * Kills the trainer of an asynchronous run or one of its evaluators at random moments, goes on with it, and compares
 * credit, weights and rollouts with those of a run after its schedule that nobody disturbed. Needs `npm run build`.
 *
 *   npx tsx scripts/chaos-run.ts [KILLS] [SEED]
 */
import { runAheadChaos } from "../test/run/ahead-chaos.ts";

const [kills = 20, seed = 1] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await runAheadChaos({ kills, seed, steps: 4 * kills }), null, 2));
