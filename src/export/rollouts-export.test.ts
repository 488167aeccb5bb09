import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { describe, expect, onTestFinished, test } from "vitest";
import { CONFIG, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { createRunStore, type RunStore, type StoredRollout } from "../store/index.ts";
import { exportRun, type ExportRunOptions } from "./export-run.ts";
import { rolloutRecord, type RolloutRecord } from "./rollout-record.ts";
import { rolloutsToJsonl } from "./rollouts-jsonl.ts";
import { rolloutsToParquet } from "./rollouts-parquet.ts";

function storeOf(rollouts: readonly (readonly StoredRollout[])[], folder: string = temporaryFolder()): RunStore {
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  rollouts.forEach((of, i) => store.recordStep(i + 1, stepMetrics(i + 1), of));
  return store;
}

function records(store: RunStore, query = {}): RolloutRecord[] {
  return [...store.rollouts(query)].map(rolloutRecord);
}

async function readParquet(path: string): Promise<{ rows: Record<string, unknown>[]; groups: number }> {
  const file = await asyncBufferFromFile(path);
  const { row_groups } = await parquetMetadataAsync(file);
  return { rows: await parquetReadObjects({ file }), groups: row_groups.length };
}

describe("JSON Lines", () => {
  test("hold every rollout, log-probabilities to the bit", () => {
    const store = storeOf([stepRollouts(1), stepRollouts(2)]);
    const lines = [...rolloutsToJsonl(store)];
    expect(lines.every((line) => line.endsWith("}\n") && line.indexOf("\n") === line.length - 1)).toBe(true);
    const read = lines.map((line) => JSON.parse(line) as RolloutRecord);
    expect(read.map((record) => ({ ...record, logprobs: record.logprobs.map(Math.fround) }))).toEqual(records(store));
    expect(lines[0]).toContain(',"logprobs":[-0.5,-0.25,-0.100000001]}');
  });

  test("only what is asked for", () => {
    const store = storeOf([stepRollouts(1), stepRollouts(2)]);
    const read = [...rolloutsToJsonl(store, { step: 2, verdict: "wrong" })].map(
      (line) => JSON.parse(line) as RolloutRecord,
    );
    expect(read.map(({ step, sample, verdict }) => [step, sample, verdict])).toEqual([
      [2, 1, "wrong"],
      [2, 1, "wrong"],
    ]);
  });
});

describe("Parquet", () => {
  test("read back by hyparquet: every column, nulls, lists, control characters", async () => {
    const store = storeOf([stepRollouts(1), stepRollouts(2)]);
    const path = join(temporaryFolder(), "r.parquet");
    expect(await rolloutsToParquet(store, {}, path)).toBe(8);
    const { rows, groups } = await readParquet(path);
    expect(groups).toBe(1);
    expect(rows).toEqual(records(store));
    expect(rows[2]).toMatchObject({
      verdict: "unverifiable",
      reason: "timed out",
      reward: null,
      rewardParts: {},
      advantage: null,
      completion: 'wait\u0000 "é" 1',
    });
  });

  test("many rollouts come in several row groups, as do long ones", async () => {
    const one = stepRollouts(1)[0]!;
    const many = Array.from({ length: 2001 }, (_, sample) => ({
      ...one,
      problemIndex: 0,
      rollout: { ...one.rollout, sample, tokens: [], logprobs: [] },
    }));
    const path = join(temporaryFolder(), "r.parquet");
    expect(await rolloutsToParquet(storeOf([many]), {}, path)).toBe(2001);
    const { rows, groups } = await readParquet(path);
    expect([rows.length, groups]).toEqual([2001, 2]);
    expect(rows.map(({ sample }) => sample)).toEqual(many.map(({ rollout }) => rollout.sample));
    expect(rows[2000]).toMatchObject({ tokens: [], logprobs: [], length: null });

    const long = [0, 1, 2].map((sample) => ({
      ...one,
      problemIndex: 0,
      rollout: { ...one.rollout, sample, text: "x".repeat(2_100_000) },
    }));
    await rolloutsToParquet(storeOf([long]), {}, path);
    expect((await readParquet(path)).groups).toBe(2);
  });

  test("no rollouts make an empty table", async () => {
    const path = join(temporaryFolder(), "r.parquet");
    expect(await rolloutsToParquet(storeOf([stepRollouts(1)]), { step: 9 }, path)).toBe(0);
    expect(await readParquet(path)).toEqual({ rows: [], groups: 0 });
  });
});

describe("exportRun", () => {
  test.each([
    ["jsonl", "r.jsonl", 4],
    ["parquet", "r.parquet", 4],
    ["csv", "m.csv", 1],
    ["tensorboard", "board", 1],
  ] as const)("writes %s beside a run that is going on", async (to, name, rows) => {
    const run = temporaryFolder();
    storeOf([stepRollouts(1)], run);
    const out = join(temporaryFolder(), "deep", name);
    const summary = await exportRun(run, { to, out });
    const file = to === "tensorboard" ? join(out, "events.out.tfevents.0.aha") : out;
    expect(summary).toEqual({ run, to, out, rows, bytes: readFileSync(file).length });
    expect(summary.bytes).toBeGreaterThan(100);
    await expect(exportRun(run, { to, out })).rejects.toThrow(
      /to be a new (or empty folder|file), got .*, which is there/,
    );
  });

  test.each([
    [
      "an unknown kind",
      { to: "xml" as never, out: "x.xml" },
      /^Expected `to` to be one of jsonl, parquet, csv, tensorboard, got "xml"\.$/,
    ],
    [
      "another ending",
      { to: "csv", out: "m.txt" },
      /^Expected `out` to end in \.csv for `to: csv`, got .*m\.txt; name a file\.$/,
    ],
    ["no such run", { to: "csv", out: "m.csv" }, /^Expected ".*" to be the folder of a run, got one without run\.db/],
  ] satisfies [string, ExportRunOptions, RegExp][])("%s: one line", async (_name, options, message) => {
    const folder = temporaryFolder();
    await expect(exportRun(join(folder, "none"), { ...options, out: join(folder, options.out) })).rejects.toThrow(
      message,
    );
  });
});
