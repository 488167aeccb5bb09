import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { aha, newFolder, type CliResult } from "./cli-run.ts";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;
const COUNTDOWN = new URL("../../models/countdown-base", import.meta.url).pathname;

/** `aha chat` with lines piped into it. */
function chat(lines: readonly string[], ...flags: readonly string[]): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "chat", ...flags], {
    encoding: "utf8",
    timeout: 180_000,
    input: lines.map((line) => `${line}\n`).join(""),
  });
  return { code: status, stdout, stderr };
}

/** One clear line on standard error, exit code 2, no stack. */
function expectOneLine({ code, stdout, stderr }: CliResult, words: RegExp): void {
  expect(stderr).toMatch(words);
  // A run says by which algorithm it trains before it looks at the model's words.
  const lines = stderr
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("Algorithm: "));
  expect([code, stdout, lines.length]).toEqual([2, "", 1]);
}

/** A file with a template of one's own. */
function templateFile(text: string): string {
  const path = join(newFolder(), "template.txt");
  writeFileSync(path, text);
  return path;
}

describe("aha chat", () => {
  test("answers what is piped in, and goes on after what it can't read", () => {
    const { code, stdout, stderr } = chat(
      ["2 7 love make 25", "1 ".repeat(400), "2 7 9 make 25"],
      COUNTDOWN,
      "--temperature",
      "0",
    );
    expect(stdout).toMatch(/^\| [^\n]+\n[^\n]+\n$/);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^aha: Expected words that this model knows, got "love"; it knows 0 to 59 and /),
      expect.stringMatching(/^aha: Expected what was said to fit the model's 320 positions, got 402 tokens/),
    ]);
    expect(code).toBe(2);
  });

  test("with a chat template, several turns, as JSON", async () => {
    const { code, stdout } = chat(
      ["Hi", "/reset", "Hi"],
      await tinyChatModel(),
      "--max-completion-tokens",
      "8",
      "--temperature",
      "0",
      "--json",
    );
    const { turns } = JSON.parse(stdout) as { turns: { message: string; text: string; tokens: number }[] };
    expect([code, turns.length]).toEqual([0, 2]);
    expect(turns[1]).toEqual(turns[0]);
    expect(turns[0]).toMatchObject({ message: "Hi", tokens: 8 });
  });

  test("a model without a tokenizer, and one whose chat template is broken", async () => {
    const bare = await tinyChatModel();
    rmSync(join(bare, "tokenizer.json"));
    expectOneLine(chat(["Hi"], bare), /tokenizer\.json/);
    const broken = await tinyChatModel({ chat_template: "{% for m in messages %}<|im_end|>" });
    expectOneLine(
      chat(["Hi"], broken),
      /^aha: Expected the model's chat template to write the conversation, got an error from it/,
    );
  });
});

describe("--template", () => {
  const OWN = "Think in <think></think>, answer in <answer></answer>. {question} =>";
  const small = [
    "--task",
    "arithmetic",
    "--steps",
    "1",
    "--problems-per-step",
    "2",
    "--group-size",
    "2",
    "--evaluation-problems",
    "2",
    "--evaluation-samples",
    "1",
    "--max-completion-tokens",
    "8",
    "--no-preflight",
  ];

  test("is kept in the run, and honoured by what reads the run", async () => {
    const [base, run] = [await tinyChatModel(), join(newFolder(), "run")];
    const { code, stderr } = aha("zero", "--base", base, ...small, "--template", templateFile(OWN), "--run", run);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const preview = (...flags: readonly string[]): { template: string; prompts: { text: string }[] } =>
      JSON.parse(aha("preview", run, "--json", ...flags).stdout) as never;
    expect(preview().template).toBe(OWN);
    expect(preview().prompts[0]!.text).toMatch(/^Think in .* =>$/);
    expect(preview("--template", "chat").prompts[0]!.text).toMatch(/^<\|im_start\|>system/);
    expect(aha("show", run).stdout).toContain("Think in <think></think>");
  });

  test("the chat template is what an instruct model is asked by, and r1-zero on demand", async () => {
    const base = await tinyChatModel();
    for (const [flags, begins] of [
      [[], /^<\|im_start\|>system\n/],
      [["--template", "r1-zero"], /^What follows is a conversation/],
    ] as const) {
      const { stdout } = aha("preview", base, "--task", "arithmetic", "--json", ...flags);
      expect((JSON.parse(stdout) as { prompts: { text: string }[] }).prompts[0]!.text).toMatch(begins);
    }
  });

  const every = ["eval", "sample", "preview"];
  test("what can't be a template is one line", async () => {
    const base = await tinyChatModel();
    for (const command of every)
      expectOneLine(
        aha(command, base, "--task", "arithmetic", "--template", "chatt"),
        /^aha: Expected --template to be one of compact, r1-zero, chat or a file that can be read, got "chatt"/,
      );
    expectOneLine(
      aha("zero", "--base", base, ...small, "--run", join(newFolder(), "r"), "--template", "chatt"),
      /got "chatt"/,
    );
    expectOneLine(
      aha("sft", "--base", base, "--data", "x.jsonl", "--run", join(newFolder(), "r"), "--template", "chatt"),
      /got "chatt"/,
    );
    expectOneLine(
      aha("eval", base, "--task", "arithmetic", "--template", templateFile("Q: {question}")),
      /to show the tags/,
    );
    expectOneLine(
      aha("eval", COUNTDOWN, "--template", "chat"),
      /to have a chat template, as --template is chat, got none, or several and none called default; use r1-zero\./,
    );
    expectOneLine(aha("eval", base, "--task", "arithmetic", "--template", "compact"), /token <bos>/);
  });

  test("prompts longer than the context are one line, wherever they are asked", async () => {
    const base = await tinyChatModel(undefined, { maxPositions: 64 });
    for (const command of ["eval", "sample"])
      expectOneLine(
        aha(command, base, "--task", "arithmetic"),
        /^aha: Expected prompts that fit the model's 64 positions and leave room for a completion, got longer ones \(\d+ of \d+, the longest of \d+ tokens/,
      );
    expectOneLine(
      aha("zero", "--base", base, ...small, "--run", join(newFolder(), "r")),
      /fit the model's 64 positions/,
    );
    const roomier = await tinyChatModel(undefined, { maxPositions: 300 });
    expectOneLine(
      aha("eval", roomier, "--task", "arithmetic", "--max-completion-tokens", "290"),
      /--max-completion-tokens to be an integer from 1 to \d+, got 290/,
    );
  });

  test("a broken chat template stops a run before anything is trained", async () => {
    const base = await tinyChatModel({ chat_template: "{{ raise_exception('no users') }}<|im_end|>" });
    expectOneLine(
      aha("zero", "--base", base, ...small, "--run", join(newFolder(), "r")),
      /got an error from it: "no users"/,
    );
  });
});
