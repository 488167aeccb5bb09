import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BENCH } from "../bench/bench-options.ts";
import { median } from "../numbers/metrics.ts";
import { placesOf, type FlatValues } from "../options/index.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import { exportRecipe } from "../recipes/export-recipe.ts";
import { readRecipe, type RecipeFile } from "../recipes/read-recipe.ts";
import { measureTrlSteps } from "../recipes/trl-speed.ts";
import { SERVE_REWARDS, type RewardServingOptions } from "../server/rewards/reward-serving-options.ts";
import { serveRewards } from "../server/rewards/serve-rewards.ts";
import { measureSteps, type StepSpeed } from "../training/step-speed.ts";
import type { ZeroOptions } from "../training/zero-groups.ts";

/** Steps here beside those of another trainer. */
export interface PeerComparison {
  readonly peer: "trl";
  readonly precision: "float32" | "bfloat16";
  /** Of each turn, in their order. */
  readonly here: readonly StepSpeed[];
  readonly there: readonly StepSpeed[];
  /** The other's seconds a step over ours, the middle one of the turns. */
  readonly timesAsFast: number;
}

type PeerOptions = Pick<
  FlatValues<typeof BENCH>,
  "python" | "recipe" | "timedSteps" | "turns" | "peerPrecision" | "peerBatch" | "workers"
>;

/** How long a turn may take at most. */
const TURN_SECONDS = 3600;
/** Micro-batches that suit TRL on a processor best, by measuring: docs/performance.md. */
const SMALL_BATCH = 64;
const LARGE_BATCH = 4;

/**
 * Times the steps of a recipe here and with TRL, in turns: the same base, problems, rewards and options.
 *
 * @param file the base of a recipe that names none
 * @throws what reading the recipe throws; OptionError and RunError for a Python that doesn't do it
 */
export async function compareWithTrl(
  given: PeerOptions,
  file: RecipeFile,
  { signal, onNote }: { readonly signal?: AbortSignal; readonly onNote: (text: string) => void },
): Promise<PeerComparison> {
  const { python, timedSteps, turns, peerPrecision, workers } = given;
  const folder = await mkdtemp(join(tmpdir(), "aha-peer-"));
  const recipe = join(folder, "recipe.json");
  try {
    await writeFile(recipe, "{}");
    const { options: resolved, base } = await readRecipe(given.recipe === "" ? recipe : given.recipe, file);
    const options: ZeroOptions = { ...resolved, ...shortened(timedSteps), workers };
    await writeFile(recipe, JSON.stringify(options));
    const peerBatch = given.peerBatch || (isLarge(base.config) ? LARGE_BATCH : SMALL_BATCH);
    const [here, there]: StepSpeed[][] = [[], []];
    const served = await serveRewards({ ...rewardOptions(options), port: 0 });
    try {
      for (let turn = 1; turn <= turns; turn++) {
        onNote(`Turn ${turn} of ${turns}: ${timedSteps} steps here.`);
        here!.push(await measureSteps(options, { seconds: TURN_SECONDS, signal }));
        onNote(`Turn ${turn} of ${turns}: ${timedSteps} steps with TRL in ${peerPrecision}.`);
        const out = join(folder, `trl-${turn}`);
        await exportRecipe(recipe, { ...file, to: "trl", out });
        const asked = { folder: out, python, threads: workers, batch: peerBatch, precision: peerPrecision };
        const rollouts = options.problemsPerStep * options.groupSize;
        const at = { rewardUrl: served.url, rollouts, seconds: TURN_SECONDS, signal };
        there!.push(await measureTrlSteps({ ...asked, ...at }));
      }
    } finally {
      await served.stop({ graceSeconds: 0 });
    }
    const timesAsFast = median(there!.map(({ seconds }, turn) => seconds / here![turn]!.seconds));
    return { peer: "trl", precision: peerPrecision, here: here!, there: there!, timesAsFast };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** So many steps, of which little is measured beside: neither side's time is in a step. */
function shortened(steps: number): Partial<ZeroOptions> {
  return { steps, minutes: 0, evaluateEvery: 0, evaluationProblems: 4, evaluationSamples: 1 };
}

/** What the rewards of the recipe are. */
function rewardOptions(options: ZeroOptions): Partial<RewardServingOptions> {
  const names = new Set<string>(placesOf(SERVE_REWARDS).map(({ stored }) => stored));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
}
