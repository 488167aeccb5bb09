import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeReport } from "../../src/dashboard/report/write-report.ts";
import { openJournal } from "../../src/host/journal.ts";
import { writeFolderAtomically } from "../../src/host/write-folder.ts";
import { StageRunner, type Stage } from "../../src/pipelines/stage-runner.ts";
import { createRunStore, openRunStore, runWriter } from "../../src/store/index.ts";
import { fields, number } from "../../src/store/shape.ts";
import { pruneCheckpoints, savedSteps } from "../../src/training/training-checkpoint.ts";
import { startRun } from "../../src/training/training-run.ts";
import { CONFIG } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun } from "./make-hostile.ts";

function runWithLink(name: string): { readonly run: string; readonly outside: string } {
  const outside = join(temporaryFolder(), "outside");
  mkdirSync(outside);
  const run = join(temporaryFolder(), "run");
  makeGoodRun(run);
  symlinkSync(outside, join(run, name));
  return { run, outside };
}

describe("nothing is written out of a run's folder by a link in it", () => {
  test.each(["checkpoints", "final", "adapter", "reward-model"])("%s", async (name) => {
    const { run, outside } = runWithLink(name);
    const start = startRun(run, CONFIG, null as never, () => Promise.reject(new Error("the model was opened")), {});
    await expect(start).rejects.toThrow(`${name}" to be a folder of its own, got a link; nothing is written out of`);
    expect(readdirSync(outside)).toEqual([]);
  });

  test("old checkpoints behind a link stay", async () => {
    const { run, outside } = runWithLink("checkpoints");
    for (const step of [1, 2, 3, 4]) {
      mkdirSync(join(outside, `step-${step}`));
      writeFileSync(join(outside, `step-${step}`, "training-state.safetensors"), "");
    }
    expect(await savedSteps(run)).toEqual([1, 2, 3, 4]);
    await expect(pruneCheckpoints(run, 100)).rejects.toThrow("to be a folder of its own, got a link");
    expect(await savedSteps(run)).toEqual([1, 2, 3, 4]);
  });

  test("the report's usual place; a place that the user names is the user's own", async () => {
    const run = join(temporaryFolder(), "run");
    makeGoodRun(run);
    const victim = join(temporaryFolder(), "victim.txt");
    writeFileSync(victim, "precious");
    symlinkSync(victim, join(run, "report.html"));
    for (const force of [false, true])
      await expect(writeReport(run, { force })).rejects.toThrow("to be a plain file, got a link");
    expect(readFileSync(victim, "utf8")).toBe("precious");
    await writeReport(run, { out: join(run, "report.html"), force: true });
    expect(readFileSync(victim, "utf8")).toContain("<!doctype html>");
  });

  test("who holds the lock is what the holder noted, whatever stood there", () => {
    const run = join(temporaryFolder(), "run");
    makeGoodRun(run);
    writeFileSync(join(run, "run.writer"), "-1\n");
    const store = openRunStore(run);
    expect(runWriter(run)).toBe(process.pid);
    store.close();
    writeFileSync(join(run, "run.writer"), "x".repeat(100));
    expect(runWriter(run)).toBeNull();
  });

  test("a journal of samples", async () => {
    const folder = temporaryFolder();
    const victim = join(folder, "victim.jsonl");
    writeFileSync(victim, '["a",1]\nhalf');
    symlinkSync(victim, join(folder, "samples.jsonl"));
    await expect(openJournal(join(folder, "samples.jsonl"), Number)).rejects.toThrow("to be a plain file, got a link");
    expect(readFileSync(victim, "utf8")).toBe('["a",1]\nhalf');
  });

  test("a link that looks like what a crash left is not put back", async () => {
    const { run, outside } = runWithLink(".final.old-1-1_1");
    await writeFolderAtomically(join(run, "final"), new Map([["a.txt", "a"]]));
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(join(run, "final")).isDirectory()).toBe(true);
  });
});

describe("a stage's folder", () => {
  function stageIn(root: string): { readonly runner: StageRunner; readonly stage: Stage<{ readonly value: number }> } {
    const runner = new StageRunner(root);
    const stage = runner.define<{ readonly value: number }>({
      name: "made",
      title: "",
      inputs: [],
      options: {},
      expectedSeconds: 1,
      outputs: ["a.txt"],
      resultShape: fields({ value: number() }),
      work(folder) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "a.txt"), "a");
        return Promise.resolve({ value: 1 });
      },
    });
    return { runner, stage };
  }

  test("that is a link is refused", async () => {
    const root = temporaryFolder();
    const { runner, stage } = stageIn(root);
    const outside = temporaryFolder();
    symlinkSync(outside, stage.folder);
    await expect(runner.result(stage)).rejects.toThrow("got a link");
    expect(() => runner.plan([stage])).toThrow("got a link");
    expect(readdirSync(outside)).toEqual([]);
  });

  const changes: readonly (readonly [string, (record: Record<string, unknown>) => unknown])[] = [
    ["null", () => null],
    ["a result of another shape", (record) => ({ ...record, result: { value: "1" } })],
    ["no result", (record) => ({ ...record, result: null })],
    ["outputs elsewhere", (record) => ({ ...record, outputs: { "../../a.txt": "0" } })],
    ["no outputs", (record) => ({ ...record, outputs: {} })],
    ["seconds that are none", (record) => ({ ...record, seconds: -1e308 })],
  ];
  test.each(changes)("with a record of %s is refused in one line", async (_name, change) => {
    const root = temporaryFolder();
    const made = stageIn(root);
    await made.runner.result(made.stage);
    const path = join(made.stage.folder, "stage.json");
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)));
    await expect(stageIn(root).runner.result(made.stage)).rejects.toThrow(
      /stage\.json.*delete the folder to do the stage again\.$/,
    );
  });

  test("with a record nested without end, and an output that is a link", async () => {
    const root = temporaryFolder();
    const made = stageIn(root);
    await made.runner.result(made.stage);
    const path = join(made.stage.folder, "stage.json");
    const record = readFileSync(path, "utf8");
    writeFileSync(path, "[".repeat(1_000_000));
    await expect(stageIn(root).runner.result(made.stage)).rejects.toThrow("got 1000000 and 1000000");
    writeFileSync(path, record);
    const output = join(made.stage.folder, "a.txt");
    writeFileSync(join(root, "b.txt"), "a");
    symlinkSync(join(root, "b.txt"), `${output}.link`);
    renameSync(`${output}.link`, output);
    await expect(stageIn(root).runner.result(made.stage)).rejects.toThrow("got a link");
  });
});

test.skipIf(process.platform === "win32")(
  "a new run's folder is its owner's alone; one that is there, and those above, stay as they are",
  () => {
    const parent = temporaryFolder();
    const mode = (path: string): number => statSync(path).mode & 0o777;
    createRunStore(join(parent, "runs", "new"), CONFIG).close();
    expect(mode(join(parent, "runs", "new"))).toBe(0o700);
    expect(mode(join(parent, "runs"))).not.toBe(0o700);
    mkdirSync(join(parent, "there"), { mode: 0o755 });
    createRunStore(join(parent, "there"), CONFIG).close();
    expect(mode(join(parent, "there"))).toBe(0o755);
  },
);
