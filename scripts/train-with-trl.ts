/**
 * Trains an exported recipe with TRL on this machine's CPU against `aha serve rewards`, once a seed, and reads the run
 * back: the figures of docs/guides/other-trainers.md.
 *
 *   scripts/python/make-env.sh trl /tmp/venv-trl
 *   npm run build
 *   npx tsx scripts/train-with-trl.ts /tmp/venv-trl/bin/python OUT [SEEDS]
 *
 * Seeds by comma (1,2,3). Each takes about a minute and a half on one free core.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { mean, standardError } from "../src/numbers/metrics.ts";
import { openRunStore } from "../src/store/index.ts";

const [python, folder, seeds = "1,2,3"] = process.argv.slice(2) as [string, string, string?];
const AHA = resolve("dist/cli/main.js");
/** The default recipe, smaller, so that a CPU makes a step in seconds. */
const RECIPE = {
  problemsPerStep: 8,
  groupSize: 8,
  maxCompletionTokens: 96,
  steps: 25,
  warmup: 2,
  learningRateFloor: 1,
};
/** Of 95 % of Student's t with 4 + 4 degrees of freedom, which Welch's test has at least half of. */
const T = 2.78;
const SHOWN = 5;

mkdirSync(folder, { recursive: true });
for (const seed of seeds.split(",").map(Number)) {
  const recipe = join(folder, `recipe-${seed}.json`);
  writeFileSync(recipe, JSON.stringify({ ...RECIPE, seed }));
  const [out, run] = [join(folder, `trl-${seed}`), join(folder, "runs", `trl-${seed}`)];
  await aha("export", recipe, "--to", "trl", "--out", out);
  const served = spawn(process.execPath, [AHA, "serve", "rewards", "--max-completion-tokens", "96", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await addressOf(served);
  try {
    // One thread: the model is small, and threads wait for each other.
    await ended(
      spawn(resolve(python), ["train.py"], {
        cwd: out,
        stdio: ["ignore", "ignore", "ignore"],
        env: { ...process.env, AHA_REWARD_URL: url, OMP_NUM_THREADS: "1" },
      }),
    );
  } finally {
    served.kill("SIGINT");
  }
  await aha("import", out, "--run", run);
  const store = openRunStore(run, { readOnly: true });
  const right = store.metrics().map(({ accuracy }) => accuracy ?? 0);
  const lengths = store.metrics().map(({ emergence }) => emergence.meanLength ?? 0);
  store.close();
  const [first, last] = [right.slice(0, SHOWN), right.slice(-SHOWN)];
  const gain = mean(last) - mean(first);
  const reach = T * Math.hypot(standardError(first), standardError(last));
  process.stdout.write(
    `seed ${seed}: right ${text(mean(first))} in the first ${SHOWN} steps, ${text(mean(last))} in the last ${SHOWN}: ` +
      `+${text(gain)} (95 %: ${text(gain - reach)} to ${text(gain + reach)}); ` +
      `mean length ${lengths[0]!.toFixed(0)} -> ${lengths.at(-1)!.toFixed(0)} tokens\n`,
  );
}

function text(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function aha(...words: readonly string[]): Promise<void> {
  await ended(spawn(process.execPath, [AHA, ...words], { stdio: ["ignore", "ignore", "inherit"] }));
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`Expected ${child.spawnargs.slice(0, 4).join(" ")} to end well, got ${code}.`);
}

async function addressOf(server: ChildProcess): Promise<string> {
  let said = "";
  for await (const piece of server.stdout!) {
    said += String(piece);
    const found = /http:\/\/\S+/.exec(said)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error(`Expected an address, got ${said}.`);
}
