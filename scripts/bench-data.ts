/**
 * How long many rows take to be ready for the first step, and how much memory: opens a made file as `--data` would and
 * reads a first batch. With `--zero` up to the prompts of the first step as `aha zero` has them: golds checked, prompts
 * measured, problems drawn.
 *
 *   npx tsx scripts/bench-data.ts [rows] [jsonl|csv|json|parquet] [--zero]
 */
import { createWriteStream, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import { drawRows } from "../src/algorithms/draw-rows.ts";
import { openTemplate } from "../src/asking/model-template.ts";
import { dataTask } from "../src/data/open-data-task.ts";
import { problemSet } from "../src/data/problem-set.ts";
import { taskFromData, type DataTask } from "../src/data/task-from-data.ts";
import { loadCheckpoint } from "../src/formats/checkpoint.ts";
import { randomKey, splitKey } from "../src/random.ts";
import { fitTask } from "../src/training/fitting-task.ts";
import { tinyChatModel } from "../test/tiny-chat-model.ts";
import type { GoldVerifier } from "../src/data/gold-verifier.ts";
import { peakBytesResident } from "../src/host/peak-memory.ts";

const BATCH = 256;
const asZero = process.argv.includes("--zero");
const [count = "1000000", format = "jsonl"] = process.argv.slice(2).filter((word) => word !== "--zero");
const rows = Number(count);

const question = (i: number): string =>
  `A farmer has ${i} sheep, and his neighbour "Bob" gives him ${i % 97} more. How many has he now?`;
const answer = (i: number): string => `He has ${i} + ${i % 97} = ${i + (i % 97)}.\n#### ${i + (i % 97)}`;
const csv = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function* lines(): Generator<string> {
  if (format === "csv") yield "question,answer\n";
  if (format === "json") yield "[";
  for (let i = 0; i < rows; i++) {
    const row = JSON.stringify({ question: question(i), answer: answer(i) });
    if (format === "csv") yield `${csv(question(i))},${csv(answer(i))}\n`;
    else yield format === "json" ? `${i === 0 ? "" : ",\n"}${row}` : `${row}\n`;
  }
  if (format === "json") yield "]\n";
}

async function makeFile(path: string): Promise<void> {
  if (format !== "parquet") return pipeline(Readable.from(lines()), createWriteStream(path));
  const all = Array.from({ length: rows }, (_, i) => i);
  const columnData = [
    { name: "question", data: all.map(question), type: "STRING" as const },
    { name: "answer", data: all.map(answer), type: "STRING" as const },
  ];
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 50_000 })));
}

const number: GoldVerifier = {
  verify: (gold, given) =>
    Number(gold) === Number(given) ? { kind: "right" } : { kind: "wrong", reason: "another number" },
};

async function firstRows(path: string): Promise<DataTask> {
  const task = await taskFromData(path, { verifiers: { number } });
  const train = task.dataset("train");
  for (let i = 0; i < BATCH; i++) await train.at((i * 7919) % train.length);
  return task;
}

async function firstPrompts(path: string): Promise<DataTask> {
  const task = await dataTask(path);
  const model = await loadCheckpoint(await tinyChatModel());
  const { template } = await openTemplate(model, "", task);
  const options = { maxCompletionTokens: 128, dropLong: false, general: false } as const;
  const fitting = await fitTask(model, template, task, { ...options, splits: ["train", "validation"] });
  const drawn = await drawRows(problemSet(fitting.task, "train"), BATCH, 1, splitKey(randomKey(1), "problems"));
  for (const problem of drawn) model.tokenizer.encode(template(problem));
  return task;
}

if (process.env["AHA_BENCH_FILE"] === undefined) {
  // The file is made by a process of its own, so that its memory isn't measured.
  const { spawnSync } = await import("node:child_process");
  const folder = await mkdtemp(join(tmpdir(), "aha-bench-data-"));
  const path = join(folder, `rows.${format}`);
  await makeFile(path);
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, AHA_BENCH_FILE: path },
  });
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = status ?? 1;
} else {
  const started = performance.now();
  const before = process.cpuUsage();
  const task = asZero
    ? await firstPrompts(process.env["AHA_BENCH_FILE"])
    : await firstRows(process.env["AHA_BENCH_FILE"]);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const megabytes = peakBytesResident() / 1e6;
  await task.close();
  console.log(
    `${rows} rows of ${format}: ${asZero ? "prompts of a first step" : "first batch"} of ${BATCH} after ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU), at most ${megabytes.toFixed(0)} MB; load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`,
  );
}
