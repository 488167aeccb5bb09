import { describe, expect, test } from "vitest";
import { fakeHost } from "../../test/cli/fake-host.ts";
import { runWords as run } from "../../test/cli/run-words.ts";
import { AFTER, DATA_REPORT, EVALUATED, stepEvent, SUMMARY } from "../../test/cli/fake-results.ts";
import type { TrainingEvent } from "../training/training-event.ts";
import { RunError } from "../errors.ts";
import type { Compositions, ZeroFlags } from "./compositions.ts";

describe("zero", () => {
  test("passes on the flags that were given, and only those", async () => {
    let received: ZeroFlags = {};
    let folder = "";
    const zero: Compositions["zero"] = (options, { runFolder }) => {
      received = options;
      folder = runFolder;
      return Promise.resolve(SUMMARY);
    };
    await run(
      "zero --base b --task countdown --preset paper --group-size 16 --steps 3 --minutes 0.5 --seed 7 --run r --learning-rate 3e-4 --quiet",
      { zero },
    );
    expect(received).toEqual({
      base: "b",
      task: "countdown",
      preset: "paper",
      groupSize: 16,
      steps: 3,
      minutes: 0.5,
      seed: 7,
      learningRate: 3e-4,
    });
    expect(folder).toBe("r");
    await run("zero --no-preflight --advantages leave-one-out", { zero });
    expect(received).toEqual({ preflight: false, advantages: "leave-one-out" });
    await run("zero --task ./my-task.js", { zero });
    expect(received).toEqual({ task: "./my-task.js" });
    expect(folder).toMatch(/^runs.zero-\d{4}-\d\d-\d\d-\d{4}/);
  });

  test("--json leaves standard output to one object", async () => {
    const zero: Compositions["zero"] = (_options, { onEvent }) => {
      onEvent(stepEvent(1, 0.2, 30));
      return Promise.resolve(SUMMARY);
    };
    const { code, out, error } = await run("zero --json", { zero });
    expect(code).toBe(0);
    expect(out.endsWith("\n")).toBe(true);
    expect(out.trimEnd()).not.toContain("\n");
    expect(JSON.parse(out)).toMatchObject({ run: "runs/first", steps: 86, after: { accuracy: 0.821 } });
    expect(error).toMatch(/^step 1\/10 /);
    expect(error).toContain("Trained for 86 steps");
  });

  test("without --json the summary is the output", async () => {
    const { out, error } = await run("zero --quiet", { zero: () => Promise.resolve(SUMMARY) });
    expect(out).toMatch(/^Trained for 86 steps/);
    expect(error).toBe("");
  });

  test("Ctrl-C asks the run to stop, and leaves with 130", async () => {
    const host = fakeHost();
    const zero: Compositions["zero"] = (_options, { signal }) => {
      host.interrupt();
      expect(signal.aborted).toBe(true);
      host.at(0.1);
      host.interrupt();
      expect(host.ended()).toBeNull();
      host.at(1);
      host.interrupt();
      expect(host.ended()).toBe(130);
      return Promise.resolve({ ...SUMMARY, after: null, interrupted: true });
    };
    const { code, out, error } = await run("zero", { zero }, host);
    expect(code).toBe(130);
    expect(out).toMatch(/^Interrupted after 86 steps/);
    expect(error).toBe("\nStopping before the first step. Press Ctrl-C again to end at once.\n");
  });

  test.each<readonly [string, TrainingEvent, string]>([
    ["a step", stepEvent(1, 0.2, 30), "Stopping at the end of this step, with a checkpoint."],
    [
      "a measurement",
      { kind: "evaluating", name: "before", done: 0, total: 444 },
      "Stopping the measurement that is under way, with a checkpoint.",
    ],
    [
      "the end of one",
      { kind: "evaluating", name: "before", done: 444, total: 444 },
      "Stopping at the end of this step, with a checkpoint.",
    ],
  ])("Ctrl-C in %s says what is being ended", async (_name, event, words) => {
    const host = fakeHost();
    const zero: Compositions["zero"] = (_options, { onEvent }) => {
      onEvent(event);
      host.interrupt();
      return Promise.resolve({ ...SUMMARY, after: null, interrupted: true });
    };
    expect((await run("zero --quiet", { zero }, host)).error).toContain(words);
  });

  test("a warning is told when it begins, and at the end, in flags", async () => {
    const warning = {
      kind: "truncated",
      step: 4,
      chart: "truncatedShare",
      message: "Raise `maxCompletionTokens`.",
    } as const;
    const zero: Compositions["zero"] = (_options, { onEvent }) => {
      onEvent({ kind: "warning", warning });
      return Promise.resolve({ ...SUMMARY, warnings: [warning] });
    };
    const { out, error } = await run("zero", { zero });
    expect(error).toBe("Warning, since step 4: Raise --max-completion-tokens.\n");
    expect(out).toContain("Warning: Raise --max-completion-tokens.");
  });

  test("Ctrl-C before the first step", async () => {
    const host = fakeHost();
    const zero: Compositions["zero"] = (_options, { signal }) => {
      host.interrupt();
      return Promise.reject(signal.reason as Error);
    };
    const { code, out } = await run("zero", { zero }, host);
    expect([code, out]).toEqual([130, "Interrupted before the first step; nothing was trained.\n"]);
  });
});

describe("the other commands", () => {
  test("eval", async () => {
    const evaluate: Compositions["evaluate"] = (flags) => {
      expect(flags).toEqual({ model: "runs/first", task: "countdown", samples: 16, seed: 2 });
      return Promise.resolve({ ...EVALUATED, passAtK: { 1: 0.82, 4: 0.99 }, majorityVote: { 4: 0.9 } });
    };
    const words = "eval runs/first --task countdown --samples 16 --seed 2";
    expect((await run(words, { evaluate })).out).toBe(
      `On 403 problems, 4 samples each:
  pass@1              82.1 % ± 1.9
  pass@k              1: 82.0 %, 4: 99.0 %
  majority vote of k  4: 90.0 %
  greedy              64.0 %
  mean length         97.4 tokens
  corrects itself     77.0 %
  cut at the limit    9.0 %
`,
    );
    expect(JSON.parse((await run(`${words} --json`, { evaluate })).out)).toEqual({
      ...AFTER,
      passAtK: { 1: 0.82, 4: 0.99 },
      majorityVote: { 4: 0.9 },
    });
  });

  test("preview", async () => {
    const preview: Compositions["preview"] = (flags) => {
      expect(flags).toEqual({ model: "m", task: "countdown", template: "chat", problems: 2, split: "train" });
      return Promise.resolve({ template: "chat", task: "countdown", unshown: null, prompts: [] });
    };
    expect(
      (await run("preview m --task countdown --template chat --problems 2 --split train --json", { preview })).out,
    ).toBe('{"template":"chat","task":"countdown","unshown":null,"prompts":[]}\n');
  });

  test("data", async () => {
    const data: Compositions["data"] = (flags) => {
      expect(flags).toEqual({
        data: "-",
        question: "q",
        gold: "g",
        goldKind: "maths",
        subset: "c",
        evalData: "e",
        model: "m",
      });
      return Promise.resolve(DATA_REPORT);
    };
    const words = "data - --question q --gold g --kind maths --subset c --eval-data e --model m --json";
    const { code, out, error } = await run(words, { data });
    expect([code, JSON.parse(out)]).toEqual([0, DATA_REPORT]);
    expect(error).toContain("Read as GSM8K");
    expect((await run("data", { data })).code).toBe(2);
  });

  test("--template goes with every command that asks a model", async () => {
    const seen: unknown[] = [];
    const take = (flags: { readonly template?: string }): Promise<never> =>
      Promise.reject(new RunError(String(seen.push(flags.template))));
    for (const words of [
      "zero --run r",
      "sft --data d --run r",
      "eval m",
      "eval m --templates",
      "eval m --budgets 8",
      "sample m",
      "preview m",
    ]) {
      await run(`${words} --template r1-zero`, {
        zero: take,
        sft: take,
        evaluate: take,
        templates: take,
        testTime: take,
        sample: take,
        preview: take,
      });
    }
    expect(seen).toEqual(new Array(7).fill("r1-zero"));
  });

  test("pretrain", async () => {
    const gate = [
      { kind: "hit", value: 0.981, probes: 400, pass: true, meaning: "a hit is called one" },
      { kind: "miss", value: 0.2, probes: 400, pass: false, meaning: "a miss is not called a hit" },
    ];
    const { out } = await run("pretrain --task countdown --out b", {
      pretrain: () => Promise.resolve({ folder: "b", steps: 10, seconds: 61, parameters: 360_000, loss: 0.4, gate }),
    });
    expect(out).toBe(`Trained a base for 10 steps (1 min 1 s); it is in b.
  holds  hit   0.981  a hit is called one
  FAILS  miss  0.200  a miss is not called a hit
The gate fails in 1 of 2: train longer, or look at the corpus, before RL.
`);
  });

  test("export", async () => {
    const summary = {
      model: "runs/first",
      out: "first.gguf",
      to: "gguf",
      type: "f16",
      parameters: 134_515_008,
      bytes: 270_885_664,
      notes: [],
    } as const;
    const exporting: Compositions["export"] = (flags) => {
      expect(flags).toEqual({ model: "runs/first", to: "gguf", out: "first.gguf", type: "f16" });
      return Promise.resolve(summary);
    };
    const words = "export runs/first --to gguf --out first.gguf --type f16";
    expect((await run(words, { export: exporting })).out).toBe(
      `Wrote 135M parameters in f16 (271 MB) to first.gguf.
Run it with llama.cpp: llama-cli -m first.gguf; or with Ollama: a Modelfile that says FROM first.gguf.
`,
    );
    expect(JSON.parse((await run(`${words} --json`, { export: exporting })).out)).toEqual(summary);
    const folder = await run("export b --to hf --out a\u001b[31m", {
      export: () => Promise.resolve({ ...summary, to: "hf", out: "a\u001b[31m" }),
    });
    expect(folder.out).toMatch(/ to a\\u001b\[31m\.\n.*from_pretrained\("a\\u001b\[31m"\)/);
    expect(
      (
        await run("export b --to adapter --out a", {
          export: () => Promise.resolve({ ...summary, to: "adapter", out: "a" }),
        })
      ).out,
    ).toContain('PeftModel.from_pretrained(model, "a")');
  });

  test("export of what a run recorded", async () => {
    const summary = { run: "runs/first", to: "csv", out: "first.csv", rows: 31, bytes: 20_317 } as const;
    const exportRun: Compositions["exportRun"] = (flags) => {
      expect(flags).toEqual({ run: "runs/first", to: "csv", out: "first.csv" });
      return Promise.resolve(summary);
    };
    const words = "export runs/first --to csv --out first.csv";
    expect((await run(words, { exportRun })).out).toBe(
      'Wrote the figures of 31 steps (20 kB) to first.csv.\nOpen it as a table, or read it with pandas.read_csv("first.csv").\n',
    );
    expect(JSON.parse((await run(`${words} --json`, { exportRun })).out)).toEqual(summary);
    expect(
      (
        await run("export r --to parquet --out p", {
          exportRun: () => Promise.resolve({ ...summary, to: "parquet", bytes: 2_800_000 }),
        })
      ).out,
    ).toMatch(/^Wrote 31 rollouts \(2\.8 MB\) /);
    expect(await run(`${words} --type f16`)).toEqual({
      code: 2,
      out: "",
      error: "aha: Expected --type for a model alone, got it with --to csv; leave it out.\n",
    });
  });

  test("report", async () => {
    const summary = {
      run: "runs/first",
      out: "runs/first/report.html",
      bytes: 87_120,
      steps: 30,
      warnings: ["From step 5: Accuracy fell\u001b."],
    };
    const report: Compositions["report"] = (folder, options) => {
      expect([folder, options]).toEqual(["runs/first", { force: true }]);
      return Promise.resolve(summary);
    };
    const words = "report runs/first --force";
    expect((await run(words, { report })).out).toBe(
      "Wrote the report of 30 steps (87 kB) to runs/first/report.html. Open it in a browser; it needs no network.\nWarning: From step 5: Accuracy fell\\u001b.\n",
    );
    expect(JSON.parse((await run(`${words} --json`, { report })).out)).toEqual(summary);
    expect(await run("report")).toEqual({ code: 2, out: "", error: "aha: missing required argument 'run'\n" });
  });

  test("sample and show escape what the model wrote", async () => {
    const completion = {
      text: "<think>\u001b[2J",
      tokens: 12,
      stop: "length",
      verdict: "wrong",
      score: 0,
      reason: "no answer",
    } as const;
    const sampled = await run("sample b", {
      sample: () => Promise.resolve([{ problem: "p1", question: "Make 10.", completions: [completion] }]),
    });
    expect(sampled.out).toBe("p1: Make 10.\n  1. wrong (no answer), cut at 12 tokens\n     <think>\\u001b[2J\n");
    const rollout = {
      ...completion,
      problem: "p1",
      prompt: "Q ",
      sample: 3,
      reward: 0.5,
      breakdown: { accuracy: 0, format: 1 },
      advantage: -0.25,
    };
    const shown = await run("show runs/first --step 4", {
      show: () => Promise.resolve({ run: "runs/first", step: 4, total: 256, rollouts: [rollout] }),
    });
    expect(shown.out).toBe(`Step 4 of runs/first: 1 of 256 rollouts

  > Q

p1, sample 3: wrong (no answer), cut at 12 tokens
  reward 0.5 (accuracy 0, format 1), advantage -0.25
  | <think>\\u001b[2J
`);
    // Once for all that was written to it; a long one is folded.
    const prompt = Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n");
    const rollouts = [0, 1].map((sample) => ({ ...rollout, prompt, sample }));
    const long = await run("show runs/first", {
      show: () => Promise.resolve({ run: "runs/first", step: 4, total: 256, rollouts }),
    });
    expect(long.out.match(/^ {2}> .*$/gm)).toEqual(
      ["line 0", "(14 more lines; --json has them all)", "line 15", "line 16", "line 17", "line 18", "line 19"].map(
        (line) => `  > ${line}`,
      ),
    );
  });

  test("runs", async () => {
    const listed = {
      folder: "runs/first",
      kind: "zero",
      step: 86,
      status: "finished",
      heldOutBefore: 0.24,
      heldOut: 0.82,
      stepAccuracy: 0.79,
      stepLength: 97.4,
      updated: "2026-11-23 18:25",
    };
    expect((await run("runs", { runs: () => Promise.resolve([listed]) })).out).toBe(
      "run         kind  steps  status    held-out before  held-out now  last step  its length  changed\nruns/first  zero     86  finished           24.0 %        82.0 %     79.0 %          97  2026-11-23 18:25\n",
    );
    expect((await run("runs src", { runs: () => Promise.resolve([]) })).out).toBe(
      "No runs in src. Start one with: aha zero\n",
    );
    expect(await run("runs elsewhere")).toEqual({
      code: 2,
      out: "",
      error: 'aha: Expected a folder with runs, got "elsewhere", which is not there; correct the path.\n',
    });
  });
});
