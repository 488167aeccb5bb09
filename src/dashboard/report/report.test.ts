import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CONFIG, EVALUATION, stepMetrics } from "../../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { makeRun } from "../../../test/dashboard/browser/made-run.ts";
import { OptionError, RunError } from "../../errors.ts";
import { createRunStore, openRunStore, type StoredRollout } from "../../store/index.ts";
import { gatherReport } from "./gather-report.ts";
import { html, Html } from "./html.ts";
import { problemThroughTime } from "./problem-through-time.ts";
import { reportPage } from "./render-report.ts";
import { RolloutChoice } from "./rollout-choice.ts";
import { writeReport } from "./write-report.ts";

function rollout(
  step: number,
  problemId: string,
  changes: {
    readonly reward?: number | null;
    readonly length?: number;
    readonly text?: string;
    readonly sample?: number;
  } = {},
): StoredRollout {
  const { reward = 0, length = 3, text = "", sample = 0 } = changes;
  const tokens = new Array<number>(length).fill(1);
  const verdict = reward === 1 ? { kind: "right" as const } : { kind: "wrong" as const, reason: "3" };
  return {
    step,
    problemIndex: 0,
    problemId,
    prompt: "Q:",
    difficulty: 0.5,
    rollout: { promptTokens: [1], tokens, logprobs: tokens, text, stop: "end", version: 0, sample },
    reward: { total: reward, breakdown: {}, verdict },
    advantage: null,
  };
}

describe("html", () => {
  test("what is put in is text", () => {
    const value = `<b> & "x" 'y'`;
    expect(
      html`<p title="${value}">${value}${null}${false}${[1, html`<i>${"<"}</i>`]}${new Html("<hr>")}</p>`.text,
    ).toBe(
      '<p title="&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;">&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;1<i>&lt;</i><hr></p>',
    );
    expect(html`${"a\u202eb\u0000"}`.text).toBe("aU+202Eb␀");
  });
});

describe("what is chosen", () => {
  test("of a run's rollouts: first, last, longest, best and worst, each once", () => {
    const all = [
      rollout(1, "a"),
      rollout(1, "a", { sample: 1 }),
      rollout(1, "b"),
      rollout(1, "c"),
      rollout(2, "d", { length: 9 }),
      rollout(2, "e", { reward: 1 }),
      rollout(3, "f", { reward: -1 }),
      rollout(3, "g", { reward: null }),
    ];
    const choice = new RolloutChoice();
    for (const stored of all) choice.add(stored);
    expect(choice.chosen().map(({ why, stored }) => `${why}: ${stored.problemId}`)).toEqual([
      "first step: a",
      "first step: b",
      "last step: f",
      "last step: g",
      "longest that finished: d",
      "highest reward: e",
    ]);
    expect(new RolloutChoice().chosen()).toEqual([]);
  });

  test("the followed problem that came furthest, at six evaluations at most", () => {
    const evaluated = (id: string, rights: readonly number[]): StoredRollout[] =>
      rights.flatMap((right, place) =>
        [0, 1].map((sample) => rollout(place * 10, id, { sample, reward: sample < right ? 1 : 0 })),
      );
    const found = problemThroughTime([
      ...evaluated("once", [2]),
      ...evaluated("still", [1, 1]),
      ...evaluated("came", [0, 0, 1, 1, 0, 1, 1, 2]),
    ]);
    expect(found?.problemId).toBe("came");
    expect(found?.evaluations.map(({ step, right, of }) => [step, right, of])).toEqual([
      [0, 0, 2],
      [10, 0, 2],
      [30, 1, 2],
      [40, 0, 2],
      [60, 1, 2],
      [70, 2, 2],
    ]);
    expect(problemThroughTime(evaluated("once", [2]))).toBeNull();
  });

  test("aha moments of trained and of followed problems", async () => {
    const folder = temporaryFolder();
    const store = createRunStore(folder, CONFIG);
    onTestFinished(() => store.close());
    const corrected = { reward: 1, text: "<think> 1 + 2 = 3 no wait 2 * 2 = 4 yes </think> <answer> 2 * 2 </answer>" };
    store.recordEvaluation("before", 0, EVALUATION, [rollout(0, "followed")]);
    for (const [step, text] of [
      [1, {}],
      [2, corrected],
    ] as const)
      store.recordStep(step, stepMetrics(step), [rollout(step, "trained", text)]);
    store.recordEvaluation("after", 2, EVALUATION, [rollout(2, "followed", corrected)]);
    const { ahaMoments, firstMoments } = await gatherReport("x", folder, store);
    expect(ahaMoments).toBe(2);
    expect(
      firstMoments.map(({ moment, stored }) => [
        moment.problemId,
        moment.wrongAt,
        moment.step,
        stored.rollout.text === corrected.text,
      ]),
    ).toEqual([
      ["trained", 1, 2, true],
      ["followed", 0, 2, true],
    ]);
  });
});

describe("writeReport", () => {
  test("before and after first, then one problem through time, then the figures with their values", async () => {
    const folder = temporaryFolder();
    const sample = (text: string, score: number) => ({ question: "make <25>", text, answer: null, score });
    const store = createRunStore(folder, CONFIG);
    onTestFinished(() => store.close());
    const watched = [rollout(0, "followed")];
    store.recordEvaluation("before", 0, { ...EVALUATION, firstSamples: [sample("no idea", 0)] }, watched);
    store.recordStep(1, stepMetrics(1), [rollout(1, "a")]);
    store.recordStep(2, stepMetrics(2), [rollout(2, "a")]);
    const after = { ...EVALUATION, accuracy: 0.8, firstSamples: [sample("2 * 9 <b>", 1)] };
    store.recordEvaluation("after", 2, after, [rollout(2, "followed", { reward: 1 })]);
    const text = reportPage(await gatherReport("x", folder, store));
    const places = ["<h2>Before and after", "<h2>One problem through time", "<figure>", "<h2>Evaluations"];
    const found = places.map((place) => text.indexOf(place));
    expect(found).not.toContain(-1);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(text).toContain("24.0 % ± 2.0 % before, 80.0 % ± 2.0 % after 2 steps");
    expect(text).toContain("<bdi>make &lt;25&gt;</bdi>");
    expect(text).toContain("2 * 9 &lt;b&gt;");
    expect(text).toContain(">held-out, pass@1 80.0 %</text>");
  });

  test("one file, with its policy: one style of the hash that it names, no script, no address", async () => {
    const folder = temporaryFolder();
    makeRun(folder, "run", { steps: 5, text: "<script>alert(1)</script>" }).close();
    const out = join(folder, "r.html");
    const summary = await writeReport(join(folder, "run"), { out });
    const text = readFileSync(out, "utf8");
    expect(summary).toEqual({ run: join(folder, "run"), out, bytes: Buffer.byteLength(text), steps: 5, warnings: [] });
    const style = /<style>([^]*?)<\/style>/.exec(text)![1]!;
    expect(text).toContain(
      `content="default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|https?:|\sstyle=|\son\w+=/);
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text.match(/<figure>/g)!.length).toBeGreaterThan(12);
  });

  test("two thousand steps stay below a megabyte", async () => {
    const folder = temporaryFolder();
    const store = makeRun(folder, "run", { steps: 3 });
    onTestFinished(() => store.close());
    const data = await gatherReport("run", join(folder, "run"), store);
    const noise = (step: number): number => ((step * 7919) % 101) / 101;
    const metrics = Array.from({ length: 2000 }, (_, i) =>
      stepMetrics(i + 1, {
        accuracy: noise(i),
        entropy: noise(i + 1),
        gradNorm: noise(i + 2),
        loss: noise(i + 3),
        signalShare: noise(i),
        formatShare: noise(i + 5),
        tokensPerSecond: 1000 * noise(i),
        rolloutSeconds: noise(i),
        updateSeconds: noise(i + 4),
      }),
    );
    const page = reportPage({ ...data, figures: { ...data.figures, metrics } });
    expect(Buffer.byteLength(page)).toBeGreaterThan(100_000);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });

  test("of fine-tuning too, and of a run whose task is a user's own, whose code is not run", async () => {
    const folder = temporaryFolder();
    const fit = createRunStore(join(folder, "sft"), { kind: "sft", task: "countdown" });
    for (const step of [1, 2])
      fit.recordStep(
        step,
        {
          step,
          loss: 2 - step / 2,
          gradNorm: 1,
          learningRate: 0.1,
          epoch: 1,
          tokens: 9,
          seconds: 1,
          tokensPerSecond: 9,
        },
        [],
      );
    fit.close();
    await writeReport(join(folder, "sft"));
    expect(readFileSync(join(folder, "sft", "report.html"), "utf8")).toContain("Fine-tuning");

    const module = join(folder, "task.mjs");
    writeFileSync(module, 'throw new Error("this must not run");');
    const own = createRunStore(join(folder, "own"), { ...CONFIG, task: module });
    own.recordStep(1, stepMetrics(1), [rollout(1, "p")]);
    own.close();
    await writeReport(join(folder, "own"));
    expect(readFileSync(join(folder, "own", "report.html"), "utf8")).toContain("corrections can&#39;t be found");
  });

  test("beside a run that is going on", async () => {
    const folder = temporaryFolder();
    const store = makeRun(folder, "run", { steps: 3 });
    onTestFinished(() => store.close());
    expect((await writeReport(join(folder, "run"))).steps).toBe(3);
    expect(openRunStore(join(folder, "run"), { readOnly: true }).lastStep()).toBe(3);
  });
});

describe("one clear line, and nothing is written:", () => {
  test.each<
    readonly [string, (folder: string) => Parameters<typeof writeReport>, typeof RunError | typeof OptionError, RegExp]
  >([
    [
      "no such run",
      (at) => [join(at, "none")],
      RunError,
      /^Expected ".*none" to be the folder of a run, got one without run\.db/,
    ],
    [
      "an empty run",
      (at) => [join(at, "empty")],
      RunError,
      /^Expected ".*empty" to have steps to report on, got none yet; wait for the first one\.$/,
    ],
    [
      "a file that is there",
      (at) => [join(at, "run"), { out: join(at, "there.html") }],
      OptionError,
      /to be a new file, got .*there\.html", which is there; choose another, or give `force: true`/,
    ],
    [
      "a folder in its place",
      (at) => [join(at, "run"), { out: join(at, "folder"), force: true }],
      OptionError,
      /to be a file, got .*folder", which is none; name a file\.$/,
    ],
    [
      "a folder that isn't there",
      (at) => [join(at, "run"), { out: join(at, "no", "r.html") }],
      OptionError,
      /to be in a folder that is there, got .*r\.html"; make the folder/,
    ],
    [
      "a file as the folder",
      (at) => [join(at, "run"), { out: join(at, "there.html", "r.html") }],
      OptionError,
      /to be in a folder that is there/,
    ],
  ])("%s", async (_name, of, kind, message) => {
    const folder = temporaryFolder();
    createRunStore(join(folder, "empty"), CONFIG).close();
    makeRun(folder, "run", { steps: 1 }).close();
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "there.html"), "kept");
    const error: unknown = await writeReport(...of(folder)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
    expect(readFileSync(join(folder, "there.html"), "utf8")).toBe("kept");
  });

  test("--force replaces", async () => {
    const folder = temporaryFolder();
    makeRun(folder, "run", { steps: 1 }).close();
    const out = join(folder, "there.html");
    writeFileSync(out, "old");
    await writeReport(join(folder, "run"), { out, force: true });
    expect(readFileSync(out, "utf8")).toMatch(/^<!doctype html>/);
  });
});
