import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { COMPOSITIONS } from "../../src/cli/wiring.ts";
import { readRecording } from "../../src/export/recording/read-recording.ts";
import type { Recording } from "../../src/export/recording/recording.ts";
import { EVALUATION, stepMetrics } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeRun } from "../dashboard/browser/made-run.ts";
import { fakeHost } from "./fake-host.ts";

async function aha(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const host = fakeHost();
  const code = await runCommandLine(words, host, COMPOSITIONS);
  return { code, ...host.written() };
}

const read = (path: string): Recording => readRecording(readFileSync(path));

const KEYS = { model: "a".repeat(64), zero: "b".repeat(64) };

interface MadeStage {
  readonly name: string;
  readonly key: string;
  readonly input: object;
  readonly result: object;
}

/** A finished stage of a pipeline. */
function makeStage(root: string, { name, key, input, result }: MadeStage): string {
  const folder = join(root, `${name}-${key.slice(0, 10)}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "stage.json"),
    JSON.stringify({ name, key, options: {}, inputs: [input], outputs: {}, seconds: 1, result }),
  );
  return folder;
}

function measurement(accuracy: number): object {
  const { emergence } = stepMetrics(1);
  return {
    evaluation: { ...EVALUATION, accuracy },
    emergence,
    general: { preference: 0.5, standardError: 0.1, prompts: 8 },
    difficulties: [],
    samples: [],
  };
}

test("record: a run, in its folder or elsewhere, the same bytes; nothing that is there is replaced", async () => {
  const folder = temporaryFolder();
  makeRun(folder, "run", { steps: 5 }).close();
  const run = join(folder, "run");
  const { code, out } = await aha("record", run, "--made-by", "aha zero --steps 5");
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^Wrote a recording of 5 steps and \d+ groups \(\d+ kB\) to .*recording\.json\./),
  ]);
  const elsewhere = join(folder, "other.json");
  const json = await aha("record", run, "--made-by", "aha zero --steps 5", "--out", elsewhere, "--json");
  expect(readFileSync(elsewhere).equals(readFileSync(join(run, "recording.json")))).toBe(true);
  const recording = read(elsewhere);
  expect(recording.command).toBe("aha zero --steps 5");
  expect(JSON.parse(json.out)).toEqual({
    run,
    out: elsewhere,
    bytes: readFileSync(elsewhere).length,
    parts: [{ name: "run", steps: 5, groups: recording.parts[0]!.groups.length, digest: recording.parts[0]!.digest }],
  });
  const again = await aha("record", run, "--out", elsewhere);
  expect([again.code, again.error]).toEqual([2, expect.stringMatching(/to be a new file.*--force/)]);
  expect((await aha("record", run, "--out", elsewhere, "--force")).code).toBe(0);
});

test("record: a pipeline's stages in the order of the work, each with what was measured of it", async () => {
  const root = join(temporaryFolder(), "pipeline");
  const base = { name: "base", key: KEYS.model };
  // By their names they would stand the other way round.
  const zero = makeStage(root, { name: "a-zero-s1", key: KEYS.zero, input: base, result: { run: "elsewhere" } });
  makeRun(zero, "made", { steps: 3 }).close();
  writeFileSync(join(zero, "run.db"), readFileSync(join(zero, "made", "run.db")));
  makeStage(root, { name: "z-measure-base", key: "c".repeat(64), input: base, result: measurement(0.2) });
  makeStage(root, {
    name: "measure-zero",
    key: "d".repeat(64),
    input: { name: "a-zero-s1", key: KEYS.zero },
    result: measurement(0.7),
  });
  mkdirSync(join(root, "half-done"));
  expect((await aha("record", root)).code).toBe(0);
  const { parts } = read(join(root, "recording.json"));
  expect(parts.map(({ name, steps, measured }) => [name, steps, measured?.evaluation.accuracy])).toEqual([
    ["base", 0, 0.2],
    ["a-zero-s1", 3, 0.7],
  ]);
  expect(parts[1]!.evaluations.map(({ step, result }) => [step, result.accuracy])).toEqual([
    [0, 0.2],
    [3, 0.7],
  ]);
  expect(parts[1]!.measured!.preference).toBe(0.5);
});

test("record: what isn't there, is empty, or leads elsewhere", async () => {
  const folder = temporaryFolder();
  expect((await aha("record", join(folder, "none"))).error).toMatch(/folder of a run, or of a pipeline/);
  makeRun(folder, "empty", { steps: 0 }).close();
  expect((await aha("record", join(folder, "empty"))).error).toMatch(/steps to record, got none yet/);
  makeRun(folder, "linked", { steps: 2 }).close();
  const victim = join(folder, "victim");
  writeFileSync(victim, "mine");
  symlinkSync(victim, join(folder, "linked", "recording.json"));
  expect((await aha("record", join(folder, "linked"), "--force")).code).toBe(2);
  expect(readFileSync(victim, "utf8")).toBe("mine");
  expect(existsSync(join(folder, "empty", "recording.json"))).toBe(false);
});
