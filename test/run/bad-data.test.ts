import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { aha, newFolder, type CliResult } from "./cli-run.ts";

let model: string;
beforeAll(async () => {
  model = await tinyChatModel();
});

const row = (question: unknown, gold: unknown): object => ({ question, gold });
const many = (count: number): object[] => Array.from({ length: count }, (_, i) => row(`What is ${i} + 1?`, i + 1));

function file(content: string | Uint8Array | readonly object[], name = "qa.jsonl"): string {
  const path = join(newFolder(), name);
  const text = Array.isArray(content) ? content.map((one) => JSON.stringify(one)).join("\n") : content;
  writeFileSync(path, text as string | Uint8Array);
  return path;
}

const SMALL = ["--group-size", "2", "--problems-per-step", "2", "--max-completion-tokens", "8", "--no-preflight"];
const MEASURED = ["--evaluation-problems", "2", "--evaluation-samples", "1", "--workers", "1", "--steps", "1"];

const zero = (...flags: readonly string[]): CliResult =>
  aha("zero", "--model", model, "--run", join(newFolder(), "run"), ...SMALL, ...MEASURED, ...flags);

const sft = (...flags: readonly string[]): CliResult =>
  aha("sft", "--model", model, "--run", join(newFolder(), "run"), "--epochs", "1", "--workers", "1", ...flags);

/** One clear line, exit code 2, no stack. */
function expectOneLine({ code, stdout, stderr }: CliResult, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(code, stderr).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(
    stderr
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("aha: ")),
    stderr,
  ).toHaveLength(1);
}

describe("data that can't be used", () => {
  const broken = Buffer.concat([
    Buffer.from(JSON.stringify(row("What is 1 + 1?", 2))),
    Buffer.from([0x0a, 0xff, 0xfe]),
  ]);
  test.each<[string, string | Uint8Array | readonly object[], readonly string[], RegExp]>([
    ["no data", "%PDF-1.4 of a thesis", [], /to hold rows as JSONL, JSON, CSV or Parquet, got a PDF/],
    ["broken UTF-8", broken, [], /to be damaged, got 1 of 2, most with not UTF-8 .*--skip-unreadable/],
    [
      "columns of two kinds",
      [...many(3), ...Array.from({ length: 3 }, () => ({ a: 1, b: 2 }))],
      [],
      /damaged, got 3 of 6/,
    ],
    [
      "golds that no number is",
      [...many(20), row("a", "many"), row("b", "few"), row("c", "lots")],
      ["--kind", "number"],
      /3 of 23, most with a gold that can't be read \(row 21 of .*"many"/,
    ],
    ["no such column", many(3), ["--gold", "golds"], /Expected --gold to name a column .*did you mean "gold"/],
    ["no such kind", many(3), ["--kind", "numbr"], /Expected --kind to be one of maths, number/],
    [
      "two readings",
      [
        { question: "a", answer: "1", gold: "2" },
        { question: "b", answer: "2", gold: "5" },
      ],
      [],
      /to be read in one way, got 2: .*--gold/,
    ],
    [
      "nothing but duplicates that differ",
      [row("a", "1"), row("a", "2")],
      [],
      /got 2 rows, 2 that contradict each other/,
    ],
    ["a task beside it", many(3), ["--task", "countdown"], /Expected --data or a --task, got both/],
  ])("%s", (_, content, flags, says) => {
    expectOneLine(zero("--data", file(content), ...flags), says);
  });

  test("a schema that is none", () => {
    const data = file([row("a", '{"x":1}'), row("b", '{"x":2}')]);
    const flags = ["--data", data, "--kind", "json", "--schema"];
    expectOneLine(zero(...flags, file('{"type": "objekt"}', "s.json")), /schema/i);
    expect(zero(...flags, "/nowhere/s.json")).toMatchObject({ code: 2 });
  });

  test("a prompt that is too long is named, or left out", () => {
    const data = file([...many(4), row("long ".repeat(600), 1)]);
    expectOneLine(zero("--data", data), /1 of 5, the longest of \d+ tokens: ".*leave them out with --drop-long/);
    const { code, stderr } = zero("--data", data, "--drop-long");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/problems are left out/);
  });
});

test("one question, three and doubled ones are trained on, with a word about it", () => {
  for (const [rows, says] of [
    [many(1), /With 1 question there is nothing to keep apart/],
    [[...many(3), ...many(3)], /With 3 questions there is nothing to keep apart/],
  ] as const) {
    const { code, stderr } = zero("--data", file(rows));
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(says);
  }
  expectOneLine(zero("--data", file("")), /got an empty file/);
});

describe("aha sft", () => {
  test("learns messages and questions, and says in which form", () => {
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
    ];
    const first = sft("--data", file([{ messages }, { messages }]));
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(
      /Learns 2 completions from turns in "messages": prompts are learnt, and questions asked, in the model's chat template\./,
    );
    const second = sft("--data", file(many(3)), "--question", "question", "--completion", "gold");
    expect(second.code, second.stderr).toBe(0);
  });

  test.each<[string, string | Uint8Array | readonly object[], RegExp]>([
    ["no data", "%PDF-1.4", /got a PDF/],
    ["no turn to learn", [{ messages: [{ role: "user", content: "Hi" }] }], /line 1 of .* a turn of the assistant/],
    ["pairs", [{ ask: "a", chosen: "b", rejected: "c" }], /a reward model learns from pairs, .*--completion/],
    ["two columns", [{ question: "a", solution: "b", response: "c" }], /name one as --completion/],
  ])("refuses %s", (_, content, says) => expectOneLine(sft("--data", file(content)), says));
});
