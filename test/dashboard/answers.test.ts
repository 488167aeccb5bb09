import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type {
  AhaMoments,
  GroupDetail,
  ProblemHistory,
  ProblemList,
  RolloutPage,
  RunDetail,
  RunList,
  RunSteps,
} from "../../src/dashboard/api.ts";
import { startDashboard } from "../../src/dashboard/server/index.ts";
import { createRunStore, type RunStore } from "../../src/store/index.ts";
import { CONFIG, EVALUATION, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { ask, askJson } from "./ask.ts";

const RECORD_FOR_EVER = fileURLToPath(new URL("../contracts/record-for-ever.ts", import.meta.url));

async function serve(folder: string): Promise<number> {
  const dashboard = await startDashboard({ accessToken: null, folder, port: 0 });
  onTestFinished(() => dashboard.close());
  return dashboard.port;
}

/** A run of so many steps, still being written. */
function running(folder: string, steps: number, config = CONFIG): RunStore {
  const store = createRunStore(folder, config);
  onTestFinished(() => store.close());
  store.recordState("started", "tiny-base");
  store.recordEvaluation("before", 0, EVALUATION);
  for (let step = 1; step <= steps; step++) store.recordStep(step, stepMetrics(step), stepRollouts(step));
  return store;
}

/** All rollouts that fit, asked for until every one was looked at. */
async function rolloutsOf(port: number, query: string): Promise<RolloutPage> {
  for (;;) {
    const page = await askJson<RolloutPage>(port, `/api/runs/a/rollouts?${query}`);
    if (page.indexed === 1) return page;
  }
}

describe("the list", () => {
  test("of a folder that isn't there, is empty, or holds other things", async () => {
    const folder = temporaryFolder();
    expect(await askJson<RunList>(await serve(join(folder, "later")), "/api/runs")).toEqual({
      folder: join(folder, "later"),
      runs: [],
    });
    writeFileSync(join(folder, "notes.txt"), "");
    expect((await askJson<RunList>(await serve(folder), "/api/runs")).runs).toEqual([]);
  });

  test("says what each run is, and what can't be read", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 2);
    running(join(folder, "b"), 1, { ...CONFIG, seed: 2 }).close();
    running(join(folder, "c"), 1, { ...CONFIG, groupSize: 4 }).recordState("finished");
    running(join(folder, "d"), 1).close();
    const file = openSync(join(folder, "d", "run.db"), "r+");
    writeSync(file, Buffer.alloc(8192, 0x58), 0, 8192, 0);
    const port = await serve(folder);
    // A crowded machine may take longer than a list waits for one run: then it says so, and the next list has it.
    const { runs } = await vi.waitFor(
      async () => {
        const list = await askJson<RunList>(port, "/api/runs");
        expect(list.runs.map(({ problem }) => problem)).not.toContain("It is still being read.");
        return list;
      },
      { timeout: 30_000 },
    );
    const byId = new Map(runs.map((run) => [run.id, run]));
    expect(byId.get("a")).toMatchObject({
      kind: "zero",
      task: "countdown",
      model: "tiny-base",
      state: "running",
      steps: 2,
      seed: 1,
      heldOutBefore: 0.24,
      heldOut: null,
      stepAccuracy: 0.02,
      stepLength: 32,
      problem: null,
    });
    expect(byId.get("b")).toMatchObject({ state: "interrupted", seed: 2 });
    expect(byId.get("c")).toMatchObject({ state: "finished" });
    expect(byId.get("d")).toMatchObject({ state: "unreadable", steps: 0 });
    expect(byId.get("d")?.problem).toMatch(/is not a database/);
    expect(byId.get("a")?.experiment).toBe(byId.get("b")?.experiment);
    expect(byId.get("c")?.experiment).not.toBe(byId.get("a")?.experiment);
  });
});

describe("a run", () => {
  test("whole, then what came after a step", async () => {
    const folder = temporaryFolder();
    const store = running(join(folder, "a"), 3);
    const port = await serve(folder);
    const detail = await askJson<RunDetail>(port, "/api/runs/a");
    expect(detail.metrics).toEqual(store.metrics());
    expect(detail).toMatchObject({
      id: "a",
      config: CONFIG,
      fit: [],
      evaluations: [{ name: "before", step: 0 }],
      rollouts: 12,
      states: [{ state: "started" }],
    });
    store.recordStep(4, stepMetrics(4), stepRollouts(4));
    store.recordEvaluation("during", 4, EVALUATION);
    const news = await askJson<RunSteps>(port, `/api/runs/a/steps?after=3&mark=${detail.mark}`);
    expect(news.after).toBe(3);
    expect(news.metrics.map(({ step }) => step)).toEqual([4]);
    expect(news.evaluations).toHaveLength(2);
    expect(await askJson<RunSteps>(port, `/api/runs/a/steps?after=4&mark=${news.mark}`)).toMatchObject({
      after: 4,
      metrics: [],
    });
  });

  test("resumed: steps that were done again void what the page holds", async () => {
    const folder = temporaryFolder();
    const store = running(join(folder, "a"), 5);
    const port = await serve(folder);
    const { mark } = await askJson<RunDetail>(port, "/api/runs/a");
    store.deleteAfter(3);
    expect(await askJson<RunSteps>(port, `/api/runs/a/steps?after=5&mark=${mark}`)).toMatchObject({
      after: -1,
      metrics: [{ step: 1 }, { step: 2 }, { step: 3 }],
    });
    for (const step of [4, 5, 6]) store.recordStep(step, stepMetrics(step, { seconds: 9 }), stepRollouts(step));
    const again = await askJson<RunSteps>(port, `/api/runs/a/steps?after=5&mark=${mark}`);
    expect(again.after).toBe(-1);
    expect(again.metrics).toEqual(store.metrics());
    expect((await rolloutsOf(port, "")).total).toBe(24);
  });

  test("the same step after a restart of the server needs nothing again", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 3);
    const { mark } = await askJson<RunDetail>(await serve(folder), "/api/runs/a");
    expect(await askJson<RunSteps>(await serve(folder), `/api/runs/a/steps?after=3&mark=${mark}`)).toMatchObject({
      after: 3,
      metrics: [],
    });
  });

  test("a new run in the same folder is noticed", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 3).close();
    const port = await serve(folder);
    const { mark } = await askJson<RunDetail>(port, "/api/runs/a");
    expect((await rolloutsOf(port, "")).total).toBe(12);
    rmSync(join(folder, "a"), { recursive: true });
    running(join(folder, "a"), 1, { ...CONFIG, seed: 7 });
    expect(await askJson<RunDetail>(port, "/api/runs/a")).toMatchObject({ seed: 7, steps: 1, metrics: [{ step: 1 }] });
    expect(await askJson<RunSteps>(port, `/api/runs/a/steps?after=3&mark=${mark}`)).toMatchObject({
      after: -1,
      metrics: [{ step: 1 }],
    });
    expect((await rolloutsOf(port, "")).total).toBe(4);
  });

  test("killed while it was written: whole steps, and the page goes on", async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, ["--import", "tsx", RECORD_FOR_EVER, join(folder, "a")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let last = 0;
    child.stdout.on("data", (data: Buffer) => (last = Number(data.toString().trim().split("\n").at(-1))));
    const port = await serve(folder);
    while (last < 20) await once(child.stdout, "data");
    expect(await askJson<RunDetail>(port, "/api/runs/a")).toMatchObject({ state: "running" });
    child.kill("SIGKILL");
    await once(child, "exit");
    // What is believed about the writing process is a second old at most.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const detail = await askJson<RunDetail>(port, "/api/runs/a");
    expect(detail.state).toBe("interrupted");
    expect(detail.metrics.length).toBeGreaterThanOrEqual(20);
    expect(detail.rollouts).toBe(4 * detail.metrics.length);
    expect((await rolloutsOf(port, "")).total).toBe(detail.rollouts);
  });

  test("damaged while it is looked at: one line, then the rest of the list", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 2).close();
    const port = await serve(folder);
    writeFileSync(join(folder, "a", "run.db"), "not a database at all");
    const { status, text } = await ask(port, "/api/runs/a");
    expect(status).toBe(422);
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/is not a database/) as unknown });
    expect((await ask(port, "/api/runs")).status).toBe(200);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "without permission: one line (root may read everything)",
    async () => {
      const folder = temporaryFolder();
      running(join(folder, "a"), 1).close();
      chmodSync(join(folder, "a", "run.db"), 0);
      const { status, text } = await ask(await serve(folder), "/api/runs/a");
      expect(status).toBe(422);
      expect(text).toMatch(/permissions/);
    },
  );

  test("answers are compressed where the browser takes it, and HEAD has no body", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 10);
    const port = await serve(folder);
    expect((await ask(port, "/api/runs/a", { "accept-encoding": "gzip" })).headers["content-encoding"]).toBe("gzip");
    expect((await ask(port, "/api/runs/a")).headers["content-encoding"]).toBeUndefined();
    expect(await ask(port, "/api/runs/a", {}, "HEAD")).toMatchObject({ status: 200, text: "" });
    expect(await ask(port, "/api/events", {}, "HEAD")).toMatchObject({ status: 200, text: "" });
  });
});

describe("rollouts", () => {
  test("filtered, in pages", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 3);
    const port = await serve(folder);
    expect(
      (await rolloutsOf(port, "verdict=right")).lines.map(({ step, sample, reward }) => [step, sample, reward]),
    ).toEqual([
      [1, 0, 1],
      [2, 0, 1],
      [3, 0, 1],
    ]);
    expect(await rolloutsOf(port, "text=WAIT&limit=2&offset=2&sort=step&descending=true")).toMatchObject({
      total: 12,
      lines: [{ step: 3 }, { step: 3 }],
    });
    expect(await rolloutsOf(port, "stop=length&stepFrom=2&stepTo=2")).toMatchObject({
      total: 1,
      lines: [
        {
          step: 2,
          problemIndex: 1,
          sample: 1,
          problemId: "1 2 3 make 9",
          verdict: "wrong",
          length: 3,
          excerpt: 'wait\u0000 "é" 2',
        },
      ],
    });
    expect((await ask(port, "/api/runs/a/rollouts?verdict=maybe")).status).toBe(400);
  });

  test("a group, a problem through time, problems and aha moments", async () => {
    const folder = temporaryFolder();
    const store = running(join(folder, "a"), 2);
    const port = await serve(folder);
    await rolloutsOf(port, "");
    const group = await askJson<GroupDetail>(port, "/api/runs/a/groups/2/1");
    expect(group).toMatchObject({
      step: 2,
      problemIndex: 1,
      problemId: "1 2 3 make 9",
      prompt: "<bos> 2 7 9 make 25 :",
    });
    expect(group.completions.map(({ rollout }) => rollout)).toEqual([...store.rollouts({ step: 2, problemIndex: 1 })]);
    expect(group.completions[0]).toMatchObject({ pieces: null, spans: [{ from: 0, to: 4, kind: "reflection" }] });
    expect((await ask(port, "/api/runs/a/groups/2/9")).status).toBe(404);
    expect((await ask(port, "/api/runs/a/groups/two/1")).status).toBe(400);

    expect(await askJson<ProblemList>(port, "/api/runs/a/problems")).toMatchObject({
      indexed: 1,
      problems: [
        { id: "2 7 9 make 25", steps: [1, 2], right: [0.5, 0.5], watched: false, question: "<bos> 2 7 9 make 25 :" },
        { id: "1 2 3 make 9", right: [0, 0] },
      ],
    });
    const history = await askJson<ProblemHistory>(port, `/api/runs/a/problems/${encodeURIComponent("2 7 9 make 25")}`);
    expect(
      history.visits.map(({ step, accuracy, meanLength, completions }) => [
        step,
        accuracy,
        meanLength,
        completions.length,
      ]),
    ).toEqual([
      [1, 0.5, 3, 2],
      [2, 0.5, 3, 2],
    ]);
    expect((await ask(port, "/api/runs/a/problems/none")).status).toBe(404);
    expect(await askJson<AhaMoments>(port, "/api/runs/a/aha")).toEqual({ moments: [], indexed: 1 });
  });

  test("a problem that evaluations follow", async () => {
    const folder = temporaryFolder();
    const store = running(join(folder, "a"), 2);
    const corrected =
      "<think> 2 * 7 = 14 , 14 + 9 = 23 no hmm 2 * 9 = 18 , 18 + 7 = 25 yes </think> <answer> ( 2 * 9 ) + 7 </answer>";
    for (const step of [0, 2]) {
      const [first, second] = stepRollouts(step).map((stored) => ({
        ...stored,
        problemId: "followed",
        problemIndex: 0,
      }));
      store.recordEvaluation("during", step, EVALUATION, [
        step === 0 ? first! : { ...first!, rollout: { ...first!.rollout, text: corrected } },
        second!,
      ]);
    }
    const port = await serve(folder);
    expect((await askJson<ProblemList>(port, "/api/runs/a/problems")).problems).toContainEqual(
      expect.objectContaining({ id: "followed", watched: true, steps: [0, 2], right: [0.5, 0.5] }),
    );
    expect(
      (await askJson<ProblemHistory>(port, "/api/runs/a/problems/followed")).visits.map(({ step }) => step),
    ).toEqual([0, 2]);
    expect((await askJson<AhaMoments>(port, "/api/runs/a/aha")).moments).toEqual([
      expect.objectContaining({
        problemId: "followed",
        watched: true,
        step: 2,
        sample: 0,
        wrongAt: 0,
        answer: "( 2 * 9 ) + 7",
      }),
    ]);
  });

  test("a line of a megabyte is found, shown in short, and whole in its group", async () => {
    const folder = temporaryFolder();
    const store = running(join(folder, "a"), 1);
    const text = `<script>alert(1)</script>\u202e${"x".repeat(2 ** 20)} needle`;
    store.recordStep(
      2,
      stepMetrics(2),
      stepRollouts(2).map((stored) => ({ ...stored, rollout: { ...stored.rollout, text } })),
    );
    const port = await serve(folder);
    const { lines, total } = await rolloutsOf(port, "text=NEEDLE");
    expect(total).toBe(4);
    expect(lines[0]?.excerpt).toBe(text.slice(0, 300));
    expect((await askJson<GroupDetail>(port, "/api/runs/a/groups/2/0")).completions[0]?.rollout.rollout.text).toBe(
      text,
    );
  });
});

describe("taken away", () => {
  test("as JSONL, Parquet, CSV, events and a report", async () => {
    const folder = temporaryFolder();
    running(join(folder, "a"), 3).close();
    const port = await serve(folder);
    const jsonl = await ask(port, "/api/runs/a/export/rollouts.jsonl");
    expect(jsonl.headers["content-disposition"]).toMatch(/^attachment; filename="a\.jsonl"/);
    expect(
      jsonl.text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { step: number }).step),
    ).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    const right = (await ask(port, "/api/runs/a/export/rollouts.jsonl?verdict=right&stepFrom=2")).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { step: number; verdict: string });
    expect(right.map(({ step, verdict }) => [step, verdict])).toEqual([
      [2, "right"],
      [3, "right"],
    ]);
    const parquet = await ask(port, "/api/runs/a/export/rollouts.parquet?text=wait");
    expect([parquet.text.slice(0, 4), parquet.text.slice(-4)]).toEqual(["PAR1", "PAR1"]);
    expect((await ask(port, "/api/runs/a/export/metrics.csv")).text.split("\r\n")[1]).toMatch(/^0,|^1,/);
    expect((await ask(port, "/api/runs/a/export/events.tfevents")).text.length).toBeGreaterThan(100);
    const report = await ask(port, "/api/runs/a/export/report.html");
    expect(report.text).toMatch(/^<!doctype html>/i);
    expect(report.headers["content-disposition"]).toMatch(/^attachment/);
  });
});
