/**
 * How fast this checkout is beside another one, both built: `aha bench`, the steps of `aha zero` and `aha --help`, in
 * turns A B B A, so that a machine that others use too is as busy for the one as for the other. Prints each figure's
 * median and the median of the pairs' ratios, this one over the other; times of the processor count what the process
 * and its threads used, and bear a crowded machine best.
 *
 *   node scripts/bench-against.mjs ../before [--pairs 5] [--steps 15] [--only bench,zero,help]
 *
 * Plain JavaScript, as it runs other checkouts' programs and none of this one's.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./median.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: "string", default: "5" },
    steps: { type: "string", default: "15" },
    only: { type: "string", default: "bench,zero,help" },
  },
});
const pairs = Number(values.pairs);
const checkouts = [resolve(positionals[0] ?? ""), dirname(dirname(fileURLToPath(import.meta.url)))];
for (const checkout of checkouts) {
  if (!existsSync(program(checkout))) {
    console.error(`Expected a built checkout, got ${checkout}; run \`node scripts/build.mjs --fast\` in it.`);
    process.exit(2);
  }
}

function program(checkout) {
  return join(checkout, "dist", "cli", "main.js");
}

/** Tells at the end of the program, on its standard error, the seconds of the processor that it used. */
const REPORT = `
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    process.stderr.write("\\ncpu " + (user + system) / 1e6 + "\\n");
  });`;

/** Runs a command line of a checkout. */
function run(checkout, ...words) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(REPORT)}`, program(checkout), ...words],
    { encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  const wall = (performance.now() - started) / 1000;
  const cpu = /\ncpu ([\d.]+)\n/.exec(stderr)?.[1];
  if (status !== 0 || cpu === undefined) throw new Error(`${checkout}: aha ${words.join(" ")} failed:\n${stderr}`);
  return { stdout, wall, cpu: Number(cpu) };
}

/** What is measured: each gives figures by name. */
const MEASURES = {
  bench(checkout) {
    const { stdout, cpu } = run(checkout, "bench", "--json", "--quiet");
    const { trainTokensPerSecond, rolloutTokensPerSecond } = lastJson(stdout);
    return {
      "bench: training, tokens/s": trainTokensPerSecond,
      "bench: rollouts, tokens/s": rolloutTokensPerSecond,
      "bench: the whole, s of processor": cpu,
    };
  },
  zero(checkout) {
    const folder = mkdtempSync(join(tmpdir(), "aha-bench-against-"));
    try {
      const job = ["--seed", "1", "--no-preflight", "--evaluation-problems", "4", "--evaluation-samples", "1"];
      const steps = values.steps;
      const words = ["zero", "--steps", steps, "--run", join(folder, "run"), "--quiet", "--json", ...job];
      const { stdout, wall, cpu } = run(checkout, ...words);
      return {
        "zero: a step, s of wall": lastJson(stdout).seconds / Number(steps),
        "zero: the whole, s of wall": wall,
        "zero: the whole, s of processor": cpu,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  help(checkout) {
    const runs = Array.from({ length: 5 }, () => run(checkout, "--help"));
    return {
      "--help, s of wall": median(runs.map(({ wall }) => wall)),
      "--help, s of processor": median(runs.map(({ cpu }) => cpu)),
    };
  },
};

function lastJson(text) {
  return JSON.parse(text.trim().split("\n").at(-1));
}

function shown(value) {
  return value.toPrecision(4);
}

console.log(`${pairs} pairs of ${checkouts[0]} (A) and ${checkouts[1]} (B)`);
for (const name of values.only.split(",")) {
  const found = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    for (const which of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      const figures = MEASURES[name](checkouts[which]);
      found[which].push(figures);
      console.log(`  ${"AB"[which]} ${Object.values(figures).map(shown).join(" ")}`);
    }
  }
  for (const figure of Object.keys(found[0][0])) {
    const [a, b] = found.map((rows) => rows.map((row) => row[figure]));
    const ratio = median(b.map((value, pair) => value / a[pair]));
    console.log(`${figure}: A ${shown(median(a))}, B ${shown(median(b))}, B / A ${ratio.toFixed(3)}`);
  }
}
