/**
 * What a repository check costs over its tests: `npx tsx scripts/bench-repository.ts` runs each check and its tests
 * outside of any sandbox, ten times one after the other, and prints medians in seconds.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openRepositoryExecutor } from "../src/sandbox/repository/repository-executor.ts";
import { makeNodeTask, makePythonTask, NODE_GOLD, PYTHON_GOLD } from "../test/repository/make-tasks.ts";
import { median } from "../src/numbers/metrics.ts";

const RUNS = 10;

for (const [name, folder, gold, path, command] of [
  ["pytest", makePythonTask(), PYTHON_GOLD, "tests/test_mean.py", ["python3", "-m", "pytest", "-q"]],
  ["node", makeNodeTask(), NODE_GOLD, "test/mean.test.js", ["node", "--test"]],
] as const) {
  const executor = openRepositoryExecutor(1);
  const plain = mkdtempSync(join(tmpdir(), "aha-plain-"));
  execFileSync("git", ["clone", "-q", join(folder, "repository.git"), plain]);
  mkdirSync(dirname(join(plain, path)), { recursive: true });
  copyFileSync(join(folder, "hidden", path), join(plain, path));
  const source = name === "pytest" ? "stats/mean.py" : "src/mean.js";
  writeFileSync(
    join(plain, source),
    readFileSync(join(plain, source), "utf8").replace(/\(?(len\(values\)|values\.length) - 1\)/, "$1"),
  );
  const [checks, tests] = [[] as number[], [] as number[]];
  for (let run = 0; run <= RUNS; run++) {
    const started = performance.now();
    const { verdict } = await executor.execute({ kind: "repository", folder }, gold);
    if (verdict.kind !== "right") throw new Error(JSON.stringify(verdict));
    const between = performance.now();
    const done = spawnSync(command[0], [...command.slice(1), path], { cwd: plain });
    if (done.status !== 0) throw new Error(done.stdout.toString());
    // The first prepares the task.
    if (run === 0) continue;
    checks.push((between - started) / 1000);
    tests.push((performance.now() - between) / 1000);
  }
  await executor.stop();
  console.log(`${name}: a check ${median(checks).toFixed(2)} s, its tests alone ${median(tests).toFixed(2)} s`);
  for (const made of [folder, plain]) rmSync(made, { recursive: true });
}
