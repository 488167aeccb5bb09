import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openQueueView } from "../../src/judging/queue/queue-view.ts";
import { randomKey, RandomStream } from "../../src/random.ts";
import { openSqlite } from "../../src/store/sqlite.ts";

export interface ChaosOptions {
  readonly jobs: number;
  readonly distinct: number;
  /** Jobs of a step. */
  readonly batch: number;
  readonly evaluators: number;
  readonly kills: number;
  readonly secondsBetween: number;
  readonly waitMs: number;
  /** Of the checks that end by an infrastructure error. */
  readonly brokenShare: number;
  readonly seed: number;
  readonly patienceSeconds: number;
}

export interface ChaosResult {
  readonly seconds: number;
  readonly kills: number;
  /** Of these, those of the trainer. */
  readonly trainerKills: number;
  readonly credited: number;
  readonly creditedTwice: number;
  readonly wrong: number;
  readonly evaluations: number;
  /** Checks that were run beyond one for each content. */
  readonly repeated: number;
  readonly failed: number;
  readonly integrity: readonly string[];
}

const CHILD = fileURLToPath(new URL("chaos-child.mjs", import.meta.url));
const LEASE_SECONDS = 1.5;

/**
 * A trainer and evaluators on one queue, of which one at random is killed again and again (SIGKILL, to children that
 * this process started), until all is credited.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), "aha-chaos-"));
  const random = new RandomStream(randomKey(options.seed));
  const children = new Map<string, ChildProcess>();
  let [over, next] = [false, 0];
  const start = (name: string): void => {
    const kind = name === "trainer" ? name : "evaluator";
    const settings = { ...options, folder, leaseSeconds: LEASE_SECONDS, id: `${name} ${next++}` };
    const child = spawn(process.execPath, [CHILD, kind, JSON.stringify(settings)], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stderr.on("data", (data: Buffer) => process.stderr.write(data));
    child.stdin.on("error", () => undefined);
    children.set(name, child);
    child.once("exit", () => {
      // The trainer ends by itself when all is credited.
      if (!over && !(kind === "trainer" && finished())) start(name);
    });
  };
  const finished = (): boolean => existsSync(join(folder, "finished.txt"));
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  start("trainer");
  // Evaluators are refused where there is no queue yet.
  while (!existsSync(join(folder, "evaluations.db"))) await sleep(20);
  await sleep(200);
  for (let i = 0; i < options.evaluators; i++) start(`evaluator ${i}`);
  let [kills, trainerKills] = [0, 0];
  while (!finished() && elapsed() < options.patienceSeconds) {
    await sleep(1000 * options.secondsBetween * (0.5 + random.next()));
    if (kills >= options.kills) continue;
    const names = [...children.keys()];
    const name = names[Math.floor(random.next() * names.length)]!;
    // Only ever a child of this process, by its own handle.
    if (children.get(name)!.kill("SIGKILL")) {
      kills++;
      if (name === "trainer") trainerKills++;
    }
  }
  const seconds = elapsed();
  over = true;
  const ends = [...children.values()]
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    .map((child) => new Promise((resolve) => child.once("exit", resolve).kill("SIGKILL")));
  await Promise.all(ends);
  const result = { seconds, kills, trainerKills, ...counted(folder, options) };
  rmSync(folder, { recursive: true, force: true });
  return result;
}

function counted(folder: string, { distinct }: ChaosOptions): Omit<ChaosResult, "seconds" | "kills" | "trainerKills"> {
  const credits = openSqlite(join(folder, "credit.db"));
  const rows = credits.all("SELECT job, CAST(verdict AS BLOB) AS verdict, times FROM credit");
  const shareOf = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
  const expected = (job: number): string => (shareOf(`answer ${job % distinct}`) < 0.5 ? "right" : "wrong");
  const wrong = rows.filter(
    ({ job, verdict }) => Buffer.from(verdict as Uint8Array).toString() !== expected(Number(job)),
  );
  const view = openQueueView(folder);
  const counts = view.counts();
  view.close();
  const evaluations = openSqlite(join(folder, "evaluations.db"));
  const integrity = [credits, evaluations].map((database) =>
    Buffer.from(
      database.get("SELECT CAST(integrity_check AS BLOB) AS result FROM pragma_integrity_check(1)")![
        "result"
      ] as Uint8Array,
    ).toString(),
  );
  const judged = readFileSync(join(folder, "judged.txt"), "utf8").trim().split("\n");
  credits.close();
  evaluations.close();
  return {
    credited: rows.length,
    creditedTwice: rows.filter(({ times }) => Number(times) !== 1).length,
    wrong: wrong.length,
    evaluations: counts.done + counts.failed,
    repeated: judged.length - new Set(judged).size,
    failed: counts.failed,
    integrity,
  };
}
