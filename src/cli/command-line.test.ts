import { describe, expect, test } from "vitest";
import { fakeHost } from "../../test/cli/fake-host.ts";
import { fakeCompositions, SUMMARY } from "../../test/cli/fake-results.ts";
import { runWords as run } from "../../test/cli/run-words.ts";
import { OptionError, RunError } from "../errors.ts";
import type { Compositions } from "./compositions.ts";
import { createProgram } from "./command-line.ts";
import { COMMANDS } from "./commands/index.ts";

describe("mistakes of the user: one line, exit code 2", () => {
  test.each([
    ["zero --grop-size 3", "aha: unknown option '--grop-size'. Did you mean --group-size?\n"],
    ["zreo", "aha: unknown command 'zreo'. Did you mean zero?\n"],
    ["zero --steps many", "aha: option '--steps <n>' argument 'many' is invalid. Expected a whole number.\n"],
    ["zero --steps 1.5", "aha: option '--steps <n>' argument '1.5' is invalid. Expected a whole number.\n"],
    ["zero --minutes Infinity", "aha: option '--minutes <m>' argument 'Infinity' is invalid. Expected a number.\n"],
    ["zero --steps", "aha: option '--steps <n>' argument missing\n"],
    ["zero more", "aha: too many arguments for 'zero'. Expected 0 arguments but got 1.\n"],
    ["resume", "aha: missing required argument 'run'\n"],
    ["pretrain --task countdown", "aha: required option '--out <folder>' not specified\n"],
    ["export runs/first --to hf", "aha: required option '--out <path>' not specified\n"],
    ["export runs/first --out x", "aha: required option '--to <what>' not specified\n"],
    [
      "export runs/first --to onnx --out x",
      "aha: option '--to <what>' argument 'onnx' is invalid. Allowed choices are hf, gguf, ollama, adapter, jsonl, parquet, csv, tensorboard, trl, verl, prime-rl.\n",
    ],
    [
      "export runs/first --to gguf --out x.gguf --type q4",
      "aha: option '--type <type>' argument 'q4' is invalid. Allowed choices are f32, f16, bf16, q8_0.\n",
    ],
    [
      "show runs/first --only maybe",
      "aha: option '--only <verdict>' argument 'maybe' is invalid. Allowed choices are right, partly, wrong, unverifiable.\n",
    ],
  ])("%s", async (words, error) => {
    expect(await run(words)).toEqual({ code: 2, out: "", error });
  });

  test("an AhaError from below", async () => {
    const resume = (): Promise<never> => Promise.reject(new RunError("No run in\n\u001b[31mnowhere."));
    expect(await run("resume nowhere", { resume })).toEqual({
      code: 2,
      out: "",
      error: "aha: No run in\\n\\u001b[31mnowhere.\n",
    });
  });

  test("options are named by the flags of the command", async () => {
    const refused = (): Promise<never> =>
      Promise.reject(new OptionError("Expected `groupSize` to be an integer from 2 up, got 1; try `lora: 16`."));
    const { error } = await run("zero --run r", { zero: refused });
    expect(error).toBe("aha: Expected --group-size to be an integer from 2 up, got 1; try --lora 16.\n");
    expect((await run("show r --step 1", { show: refused })).error).toContain("Expected `groupSize` to be");
  });

  test("so are those of an advice and of a note", async () => {
    const zero: Compositions["zero"] = (_options, { onEvent }) => {
      onEvent({ kind: "note", text: "give `task` to go on" });
      return Promise.resolve(SUMMARY);
    };
    expect((await run("zero --run r", { zero })).error).toContain("give --task to go on");
  });

  test("a full disk", async () => {
    const zero = (): Promise<never> =>
      Promise.reject(Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", path: "/x/run.db" }));
    const { code, error } = await run("zero --run r", { zero });
    expect([code, error]).toEqual([
      2,
      "aha: The disk is full (/x/run.db); free some space and go on with `aha resume`.\n",
    ]);
  });
});

describe("mistakes of ours: exit code 1", () => {
  const zero = (): Promise<never> => Promise.reject(new TypeError("x is undefined"));

  test("no stack unless asked for", async () => {
    expect(await run("zero --run r", { zero })).toEqual({
      code: 1,
      out: "",
      error: "aha: internal error: x is undefined (AHA_DEBUG=1 shows where)\n",
    });
  });

  test("a stack with AHA_DEBUG=1", async () => {
    const { code, error } = await run("zero --run r", { zero }, fakeHost({ debug: true }));
    expect(code).toBe(1);
    expect(error).toMatch(/^aha: internal error: x is undefined\nTypeError: x is undefined\n +at /);
  });
});

describe("help", () => {
  test.each([
    "zero",
    "pretrain",
    "eval",
    "sample",
    "preview",
    "data",
    "verify",
    "task",
    "chat",
    "export",
    "report",
    "record",
    "runs",
    "show",
    "resume",
    "bench",
    "doctor",
  ])("%s --help has examples", async (name) => {
    const { code, out, error } = await run(`${name} --help`);
    expect([code, error]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^Usage: aha ${name} `));
    expect(out).toMatch(new RegExp(`\nExamples:\n  aha ${name}`));
    expect(out).toContain("--json");
  });

  test("the list says of each command what the command itself would", async () => {
    const names = COMMANDS.map(({ usage }) => usage.split(" ")[0]!);
    const context = { host: fakeHost(), compositions: fakeCompositions({}), exitCode: 0, flags: new Map() };
    const [listed, whole] = await Promise.all([[], names].map((words) => createProgram(words, context, "1.0.0")));
    expect(whole!.helpInformation()).toBe(listed!.helpInformation());
    expect(whole!.commands.map((command) => command.name())).toEqual(names);
    // Those of the list alone have no words of their own.
    expect(whole!.commands.every((command) => command.description() !== "")).toBe(true);
  });

  test.each([
    ["zero", "--clip-epsilon-high <e>", "(default: 0.28; paper: 10)"],
    ["zero", "--learning-rate <r>", "(default: 5e-4; a model from 8M parameters: 1e-5)"],
    ["zero", "--verifier-seconds <s>", "(default: 2)"],
    ["eval", "--verifier-seconds <s>", "(default: 10)"],
    ["eval", "--samples <k>", "(default: 4)"],
    ["sample", "--samples <k>", "(default: 1)"],
    ["sft", "--lora-alpha <a>", "(default: twice the rank)"],
    ["sft", "--lora-targets <names>", "(default: all)"],
    ["distill", "--learning-rate <r>", "(default: 0.002)"],
    ["r1", "--editor <url>", "(default: the task's own rules)"],
    ["reward-model", "--epochs <n>", "(default: 2)"],
    ["pretrain", "--hidden-size <n>", "(default: 128)"],
    ["chat", "--temperature <t>", "(default: 0.6)"],
    ["preview", "--problems <n>", "(default: 1)"],
  ])("%s --help shows the default of %s", async (name, flag, words) => {
    const { out } = await run(`${name} --help`);
    const said = out.replace(/\s+/g, " ").split(` ${flag} `)[1]!.split(" --")[0];
    expect(said).toContain(words);
  });

  test("without a command it goes to standard error", async () => {
    const { code, out, error } = await run("");
    expect([code, out]).toEqual([2, ""]);
    expect(error).toMatch(/^Usage: aha /);
  });

  test("--version", async () => {
    expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
