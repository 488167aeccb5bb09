import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { writeReport } from "../../src/dashboard/report/write-report.ts";
import { describeRun } from "../../src/dashboard/server/describe-run.ts";
import { importRun } from "../../src/recipes/import-run.ts";
import { readTrlLog } from "../../src/recipes/read-trl.ts";
import { openRunStore, type RunStore } from "../../src/store/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";
import { exported, FIXTURES } from "./exported.ts";

/*
 * The fixtures are what TRL 1.16 and verl 0.9.1 wrote themselves: scripts/train-with-trl.ts and
 * scripts/python/check_verl.py, the first at the recipe of fixtures/recipe.json.
 */

let recipes: { readonly trl: string; readonly verl: string };

beforeAll(async () => {
  recipes = { trl: await exported("trl"), verl: await exported("verl", { groupSize: 3, minibatches: 1 }) };
}, 120_000);

/** A copy of an exported folder with what its engine recorded. */
function trained(engine: keyof typeof recipes): string {
  const folder = join(mkdtempSync(join(tmpdir(), "aha-import-")), engine);
  cpSync(recipes[engine], folder, { recursive: true });
  cpSync(join(FIXTURES, engine), join(folder, "run"), { recursive: true });
  return folder;
}

const newRun = (): string => join(mkdtempSync(join(tmpdir(), "aha-import-")), "run");

function reading<T>(run: string, read: (store: RunStore) => T): T {
  const store = openRunStore(run, { readOnly: true });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

describe("TRL's completions", () => {
  test("figures of a log that are no numbers are absent", async () => {
    const folder = mkdtempSync(join(tmpdir(), "aha-log-"));
    writeFileSync(join(folder, "log.json"), '[{"step": 1, "loss": NaN, "kl": -Infinity, "entropy": Infinity}]');
    expect(await readTrlLog(folder)).toEqual([{ step: 1 }]);
  });

  test("become a run: steps, groups, verdicts, tokens; two optimizer steps are one of ours", async () => {
    const run = newRun();
    expect(await importRun(trained("trl"), run)).toMatchObject({ engine: "TRL", steps: 3, rollouts: 24 });
    const { steps, rollouts, config, states } = reading(run, (store) => ({
      steps: store.metrics(),
      rollouts: [...store.rollouts()],
      config: store.config,
      states: store.states(),
    }));
    expect(config).toMatchObject({ kind: "zero", task: "countdown", imported: "TRL 1.16.0", groupSize: 4 });
    expect(states.map(({ state, detail }) => [state, detail])).toEqual([
      ["started", "countdown-base"],
      ["finished", "trained by TRL 1.16.0"],
    ]);
    // By hand from the first file: 1 of 8 right, 2 of 8 cut, the group of 4,4,5=36 alone with signal.
    expect(steps[0]).toMatchObject({
      accuracy: 0.125,
      rewardMean: 0.125,
      truncatedShare: 0.25,
      signalShare: 0.5,
      rollouts: 8,
      completionTokens: 166,
      updates: 2,
    });
    expect(steps[0]!.emergence.meanLength).toBe(166 / 8);
    const first = rollouts.filter(({ step }) => step === 1);
    expect(first.map(({ problemIndex, rollout }) => [problemIndex, rollout.sample])).toEqual(
      [0, 1].flatMap((problem) => [0, 1, 2, 3].map((sample) => [problem, sample])),
    );
    expect(first.map(({ advantage }) => advantage)).toEqual([null, null, null, null, -0.25, -0.25, -0.25, 0.75]);
    expect(first.map(({ reward }) => reward.verdict.kind).filter((kind) => kind === "right")).toHaveLength(1);
    expect(first.every(({ rollout }) => rollout.tokens.length > 0 && rollout.logprobs.length === 0)).toBe(true);
    expect(rollouts.at(-1)!.rollout.version).toBe(4);
  });

  test("what TRL doesn't say is absent, and what it says is there", async () => {
    const run = newRun();
    await importRun(trained("trl"), run);
    const [step] = reading(run, (store) => store.metrics());
    const { samplerGap, samplerGapMax, trainedTokens, rolloutSeconds, kl, learningRate, entropy, seconds } = step!;
    expect([samplerGap, samplerGapMax, trainedTokens, rolloutSeconds, kl]).toEqual([null, null, null, null, null]);
    expect(learningRate).toBeCloseTo(5e-4, 10);
    expect(entropy).toBeGreaterThan(0.1);
    expect(seconds).toBeGreaterThan(0);
  });

  test("without TRL's log its update is absent, never 0", async () => {
    const [folder, run] = [trained("trl"), newRun()];
    rmSync(join(folder, "run", "log.json"));
    const { absent } = await importRun(folder, run);
    expect(absent).toEqual(["the log-probabilities of tokens", "what its updates did", "times"]);
    const [step] = reading(run, (store) => store.metrics());
    expect([step!.loss, step!.gradNorm, step!.entropy, step!.seconds]).toEqual([null, null, null, null]);
  });

  test("the list of runs and the report read it; nobody goes on with it", async () => {
    const run = newRun();
    await importRun(trained("trl"), run);
    expect(describeRun("trl", run)).toMatchObject({ kind: "zero", steps: 3, model: "countdown-base", problem: null });
    const out = join(run, "..", "report.html");
    await writeReport(run, { out });
    const page = readFileSync(out, "utf8");
    expect(page).toContain("TRL 1.16.0");
    expect(page).not.toMatch(/NaN|undefined/);
    await expect(resumeRun(run)).rejects.toThrow("imported from");
  });
});

describe("verl's rollouts", () => {
  test("become a run; what verl was told as 0 is null again", async () => {
    const run = newRun();
    const { steps, rollouts } = await importRun(trained("verl"), run);
    expect([steps, rollouts]).toEqual([1, 5]);
    const rows = reading(run, (store) => [...store.rollouts()]);
    expect(rows.map(({ problemId, reward }) => [problemId, reward.verdict.kind, reward.total])).toEqual([
      ["countdown:1,1,2=2", "wrong", 0],
      ["countdown:1,1,2=2", "wrong", 0],
      ["countdown:1,1,2=2", "right", 1],
      ["countdown:1,1,3=1", "wrong", 0],
      ["countdown:1,1,3=1", "wrong", 0],
    ]);
    expect(rows.every(({ rollout }) => rollout.tokens.length > 0)).toBe(true);
  });

  test("of completions without tokens every length is absent", async () => {
    const [folder, run] = [trained("verl"), newRun()];
    const file = join(folder, "run", "rollouts", "1.jsonl");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const bare = lines.map((line) => {
      const { token_ids: _ids, truncated: _cut, ...row } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify({
        ...row,
        ...(row["verdict"] === "right" ? { verdict: "unverifiable", unverifiable: 1 } : {}),
      });
    });
    writeFileSync(file, bare.join("\n"));
    const { absent } = await importRun(folder, run);
    expect(absent).toContain("tokens and their number");
    const { step, index } = reading(run, (store) => ({
      step: store.metrics()[0]!,
      index: store.scanRollouts({ step: -1, problemIndex: 0, sample: 0 }, 10),
    }));
    const { meanLength, wrongLength, paperReflectionRate, effortCorrelation } = step.emergence;
    expect([meanLength, wrongLength, paperReflectionRate, effortCorrelation]).toEqual([null, null, null, null]);
    expect([step.truncatedShare, step.completionTokens, step.tokensPerSecond]).toEqual([null, null, null]);
    expect(step.unverifiable.count).toBe(1);
    expect(index.map(({ length }) => length)).toEqual([null, null, null, null, null]);
  });
});

const verlLine = (change: object): string =>
  JSON.stringify({
    input: "<bos> 1 1 2 make 2 :",
    output: "x",
    score: 0,
    problem: "countdown:1,1,2=2",
    verdict: "wrong",
    reason: "",
    ...change,
  });

describe("damage and hands", () => {
  const DAMAGE: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ["no folder of ours", (folder) => rmSync(join(folder, "recipe.json")), /without recipe\.json/],
    ["a broken manifest", (folder) => writeFileSync(join(folder, "recipe.json"), "{}"), /got it damaged/],
    ["a changed option", replaced("recipe.json", '"groupSize": 3', '"groupSize": 4'), /"recipe.json" .*by hand/],
    ["an option more", replaced("recipe.json", '"options": {', '"options": { "x": 1,'), /"recipe.json" .*by hand/],
    ["a changed shim", (folder) => writeFileSync(join(folder, "aha_rewards.py"), "x"), /"aha_rewards.py" .*by hand/],
    ["a changed config", (folder) => writeFileSync(join(folder, "grpo.yaml"), "x"), /"grpo.yaml" .*by hand/],
    ["missing data", (folder) => rmSync(join(folder, "train.jsonl")), /"train.jsonl" .*missing/],
    ["no training", (folder) => rmSync(join(folder, "run"), { recursive: true }), /train first/],
    ["no JSON", damaged("{"), /Expected JSON in line 1/],
    ["an empty file", damaged(""), /Expected completions in/],
    ["a number for a text", damaged(verlLine({ output: 5 })), /`output` of line 1 .*got 5/],
    ["a file of another step", damaged(verlLine({ step: 2 })), /`step` of line 1 .* to be 1, .*got 2/],
    ["a verdict that is none", damaged(verlLine({ verdict: "fine" })), /`verdict` of line 1/],
    ["no verdict", damaged(verlLine({ verdict: undefined })), /`verdict` of line 1/],
    ["a strange problem", damaged(verlLine({ problem: "other" })), /got "other"/],
    ["tokens that are none", damaged(verlLine({ token_ids: "1 x" })), /`token_ids` of line 1/],
    ["a token beyond 32 bits", damaged(verlLine({ token_ids: "9999999999" })), /to be ids of tokens/],
    ["a part of 2", damaged(verlLine({ verdict: "partly", part: 2 })), /`part` of line 1 .*got 2/],
    ["deep JSON", damaged(`${"[".repeat(10_000)}${"]".repeat(10_000)}`), /levels/],
  ];
  function replaced(name: string, from: string, to: string): (folder: string) => void {
    return (folder) => {
      const text = readFileSync(join(folder, name), "utf8");
      expect(text).toContain(from);
      writeFileSync(join(folder, name), text.replace(from, to));
    };
  }
  function damaged(text: string): (folder: string) => void {
    return (folder) => writeFileSync(join(folder, "run", "rollouts", "1.jsonl"), text);
  }

  test.each(DAMAGE)("%s is one line, and no run is left", async (_what, harm, message) => {
    const [folder, run] = [trained("verl"), newRun()];
    harm(folder);
    const failed = await importRun(folder, run).catch((error: Error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect((failed as Error).message).toMatch(message);
    expect((failed as Error).message).not.toContain("\n");
    expect(existsSync(run)).toBe(false);
  });

  test("a damaged parquet file is refused, and no run is left", async () => {
    const [folder, run] = [trained("trl"), newRun()];
    writeFileSync(join(folder, "run", "completions", "completions_00003.parquet"), "PAR1 nothing PAR1");
    await expect(importRun(folder, run)).rejects.toThrow("completions_00003.parquet");
    expect(existsSync(join(run, "run.db"))).toBe(false);
  });

  test("a file of TRL under another's name is refused, a missing step is named", async () => {
    const folder = trained("trl");
    const file = (number: number): string => join(folder, "run", "completions", `completions_0000${number}.parquet`);
    const third = readFileSync(file(3));
    cpSync(file(1), file(3));
    await expect(importRun(folder, newRun())).rejects.toThrow(/`step` of row 1 .* to be 3, .*got 1/);
    writeFileSync(file(3), third);
    // Steps of two updates: the second's files.
    for (const number of [3, 4]) rmSync(file(number));
    const run = newRun();
    expect((await importRun(folder, run)).absent[0]).toBe("step 2");
    expect(reading(run, (store) => store.metrics()).map(({ step }) => step)).toEqual([1, 3]);
  });

  test("a folder that holds a run is left as it is", async () => {
    const [folder, run] = [trained("trl"), newRun()];
    await importRun(folder, run);
    await expect(importRun(folder, run)).rejects.toThrow("holds a run already");
    expect(reading(run, (store) => store.lastStep())).toBe(3);
  });

  test("traces of prime-rl are not read back", async () => {
    const folder = await exported("prime-rl", { aggregation: "token-mean", minibatches: 1 });
    mkdirSync(join(folder, "run"));
    await expect(importRun(folder, newRun())).rejects.toThrow("prime-rl");
  });
});
