/**
 * Measures the dashboard's server on a run, best on a quiet machine:
 *
 *   npx tsx scripts/bench-dashboard.ts RUN [--parts detail,index,filters,live,slowdown] [--pairs 5] [--steps 20]
 *     [--json]
 *
 * `live` and `slowdown` make runs of their own in a temporary folder. Needs the built command line for `slowdown`
 * (`npm run build`). Slowdown: runs of `aha zero` in pairs, one with a dashboard and a client that listens and fetches
 * every step, one without; which comes first alternates. The median step of each is compared.
 */
import { mean, median, standardError } from "../src/numbers/metrics.ts";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CONFIG, stepMetrics, stepRollouts } from "../test/contracts/run-samples.ts";
import type { RolloutPage, RunDetail } from "../src/dashboard/api.ts";
import { startDashboard } from "../src/dashboard/server/index.ts";
import { OptionError } from "../src/errors.ts";
import { createRunStore, openRunStore } from "../src/store/index.ts";

const MAIN = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "cli", "main.js");
const REPEATS = 20;
const FILTERS: readonly string[] = [
  "",
  "verdict=right",
  "stop=length",
  "lengthFrom=60&lengthTo=90",
  "corrected=true&sort=length&descending=true",
  "sort=reward&descending=true",
  "text=a",
  "text=no%20wait",
  "text=not%20there%20at%20all",
  "text=no&verdict=wrong&sort=length&offset=1000",
];

interface Row {
  readonly what: string;
  readonly value: number;
  /** The worst of the repeats, or the spread; null where there is one measurement. */
  readonly worst: number | null;
  readonly unit: string;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function repeated(what: string, work: () => Promise<unknown>): Promise<Row> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) times.push(await timed(work));
  return { what, value: median(times), worst: Math.max(...times), unit: "ms" };
}

async function detailRows(run: string): Promise<Row[]> {
  const dashboard = await startDashboard({ accessToken: null, folder: dirname(run), port: 0 });
  const url = `http://127.0.0.1:${dashboard.port}/api/runs/${encodeURIComponent(basename(run))}`;
  const first = await timed(() => get<RunDetail>(url));
  const again = await repeated("the run, asked again", () => get<RunDetail>(url));
  const { rollouts, metrics } = await get<RunDetail>(url);
  const bytes = Number((await fetch(url, { headers: { "accept-encoding": "gzip" } })).headers.get("content-length"));
  await dashboard.close();
  return [
    {
      what: `the run (${metrics.length} steps, ${rollouts} rollouts), asked first`,
      value: first,
      worst: null,
      unit: "ms",
    },
    again,
    { what: "its size, compressed", value: bytes / 1024, worst: null, unit: "kB" },
  ];
}

async function indexRows(run: string, filters: boolean): Promise<Row[]> {
  const dashboard = await startDashboard({ accessToken: null, folder: dirname(run), port: 0 });
  const url = `http://127.0.0.1:${dashboard.port}/api/runs/${encodeURIComponent(basename(run))}/rollouts`;
  const first = await timed(() => get<RolloutPage>(`${url}?limit=50`));
  const whole = await timed(async () => {
    while ((await get<RolloutPage>(`${url}?limit=0`)).indexed < 1);
  });
  const rows: Row[] = [
    { what: "the first page of rollouts, nothing indexed yet", value: first, worst: null, unit: "ms" },
    { what: "the whole index", value: (first + whole) / 1000, worst: null, unit: "s" },
    { what: "memory of the server with it", value: process.memoryUsage().rss / 2 ** 20, worst: null, unit: "MB" },
  ];
  if (filters)
    for (const query of FILTERS)
      rows.push(
        await repeated(`filter ${query === "" ? "(none)" : decodeURIComponent(query)}`, () =>
          get<RolloutPage>(`${url}?${query}`),
        ),
      );
  await dashboard.close();
  return rows;
}

/** Records a step twice a second in another process, as a training does; says when each was written. */
const WRITER = "--writer";
async function write(folder: string): Promise<void> {
  const store = createRunStore(folder, CONFIG);
  for (let step = 1; step <= REPEATS; step++) {
    await new Promise((done) => setTimeout(done, 500));
    store.recordStep(step, stepMetrics(step), stepRollouts(step));
    process.stdout.write(`${step} ${performance.timeOrigin + performance.now()}\n`);
  }
  store.close();
}

async function liveRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "aha-bench-"));
  const dashboard = await startDashboard({ accessToken: null, folder, port: 0 });
  const base = `http://127.0.0.1:${dashboard.port}/api`;
  const writer = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(import.meta.url), WRITER, join(folder, "a")],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const written = new Map<number, number>();
  writer.stdout.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.trim().split("\n")) written.set(...(line.split(" ").map(Number) as [number, number]));
  });
  const told: number[] = [];
  const held: number[] = [];
  let last = 0;
  const now = (): number => performance.timeOrigin + performance.now();
  const events = await fetch(`${base}/events?runs=a`);
  for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
    const step = Number(/"lastStep":(\d+)/.exec(chunk)?.[1] ?? 0);
    if (step <= last) continue;
    const heard = now();
    await get(`${base}/runs/a/steps?after=${last}`);
    last = step;
    while (!written.has(step)) await new Promise(setImmediate);
    told.push(heard - written.get(step)!);
    held.push(now() - written.get(step)!);
    if (last === REPEATS) break;
  }
  await dashboard.close();
  rmSync(folder, { recursive: true, force: true });
  return [
    { what: "a step is told of after it was written", value: median(told), worst: Math.max(...told), unit: "ms" },
    { what: "the page has its figures", value: median(held), worst: Math.max(...held), unit: "ms" },
  ];
}

/** The median seconds of a step of a run; its first steps warm up. */
function stepSeconds(folder: string): number {
  const store = openRunStore(folder, { readOnly: true });
  const seconds = store
    .ownMetrics()
    .slice(3)
    .map((metrics) => metrics.seconds);
  store.close();
  return median(seconds);
}

async function oneRun(folder: string, name: string, steps: number, watched: boolean): Promise<number> {
  const run = join(folder, name);
  const flags = [
    "zero",
    "--steps",
    String(steps),
    "--run",
    run,
    "--evaluation-problems",
    "8",
    "--evaluation-samples",
    "1",
    "--no-preflight",
    "--quiet",
  ];
  if (!watched) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return stepSeconds(run);
  }
  const dashboard = spawn(
    process.execPath,
    [MAIN, "dashboard", folder, "--beside", "--json", "--no-token", "--port", "0"],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  const { url } = await new Promise<{ url: string }>((done) =>
    dashboard.stdout.once("data", (line: Buffer) => done(JSON.parse(line.toString()) as { url: string })),
  );
  const client = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(import.meta.url), "--client", `${url}api`, name],
    { stdio: "ignore" },
  );
  const training = spawn(process.execPath, [MAIN, ...flags], { stdio: "ignore" });
  const code = await new Promise((done) => training.on("exit", done));
  client.kill();
  dashboard.stdin.end();
  await new Promise((done) => dashboard.on("exit", done));
  if (code !== 0) throw new Error(`aha zero ended with ${String(code)}`);
  return stepSeconds(run);
}

/** What an open page does: listens, and fetches what came. */
async function client(api: string, run: string): Promise<void> {
  const events = await fetch(`${api}/events?runs=${run}`);
  let last = -1;
  for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
    if (!chunk.includes('"kind":"run"')) continue;
    const answer = await fetch(`${api}/runs/${run}/steps?after=${last}`);
    if (answer.ok) last = ((await answer.json()) as { metrics: { step: number }[] }).metrics.at(-1)?.step ?? last;
    await fetch(`${api}/runs/${run}/rollouts?limit=50&sort=step&descending=true`);
  }
}

async function slowdownRows(pairs: number, steps: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "aha-bench-"));
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const seconds = new Map<boolean, number>();
    for (const watched of pair % 2 === 0 ? [false, true] : [true, false])
      seconds.set(watched, await oneRun(folder, `${watched ? "watched" : "alone"}-${pair}`, steps, watched));
    ratios.push(seconds.get(true)! / seconds.get(false)!);
    console.error(`pair ${pair + 1}: ${ratios.at(-1)!.toFixed(4)}`);
  }
  rmSync(folder, { recursive: true, force: true });
  return [
    {
      what: `step seconds with the dashboard, over those without (mean of ${pairs} pairs; standard error)`,
      value: mean(ratios),
      worst: standardError(ratios),
      unit: "",
    },
    { what: "the same, median and most", value: median(ratios), worst: Math.max(...ratios), unit: "" },
  ];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      parts: { type: "string", default: "detail,index,filters,live,slowdown" },
      pairs: { type: "string", default: "5" },
      steps: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const parts = values.parts.split(",");
  const given = positionals[0];
  if (given === undefined) throw new OptionError("Expected the folder of a run to measure.");
  const run = resolve(given);
  const rows: Row[] = [];
  if (parts.includes("detail")) rows.push(...(await detailRows(run)));
  if (parts.includes("index") || parts.includes("filters"))
    rows.push(...(await indexRows(run, parts.includes("filters"))));
  if (parts.includes("live")) rows.push(...(await liveRows()));
  if (parts.includes("slowdown")) rows.push(...(await slowdownRows(Number(values.pairs), Number(values.steps))));
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const table = rows
    .map(
      ({ what, value, worst, unit }) =>
        `${what.padEnd(90)} ${number(value).padStart(8)} ${(worst === null ? "" : number(worst)).padStart(8)} ${unit}`,
    )
    .join("\n");
  console.error(`${"".padEnd(90)}   median    worst\n${table}`);
  if (values.json) console.log(JSON.stringify({ run: given, rows }));
}

const [first, ...words] = process.argv.slice(2);
if (first === WRITER) await write(words[0]!);
else if (first === "--client") await client(words[0]!, words[1]!);
else await main();
