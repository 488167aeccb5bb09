import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../../test/contracts/data-files.ts";
import type { DataRow } from "../rows/data-row.ts";
import { describeData } from "../data-report.ts";
import { goldVerifiers } from "../open-data-task.ts";
import { isLeftOut } from "./reading.ts";
import { recognise } from "./recognise.ts";

const Q = "Which?";
const OPTIONS = ["red", "green", "blue"];
const LISTED = `${Q}\nA) red\nB) green\nC) blue`;
const turn = (role: string, content: string, more: object = {}): DataRow => ({ role, content, ...more });

function read(row: DataRow): unknown[] {
  const reading = recognise([row], "d.jsonl");
  const found = reading.read(row);
  return isLeftOut(found) ? [reading.kind, found.leftOut] : [reading.kind, found.question, found.gold];
}

describe("options, wherever they stand", () => {
  test.each<[string, DataRow, string]>([
    ["ARC", { question: Q, choices: { text: OPTIONS, label: ["A", "B", "C"] }, answerKey: "B" }, "B"],
    ["ARC with numbers", { question: Q, choices: { text: OPTIONS, label: ["1", "2", "3"] }, answerKey: "2" }, "B"],
    ["MMLU", { question: Q, choices: OPTIONS, answer: 1 }, "B"],
    ["MedMCQA", { question: Q, opa: "red", opb: "green", opc: "blue", cop: 1 }, "B"],
    ["a table of options", { input: Q, A: "red", B: "green", C: "blue", target: "B" }, "B"],
    ["HellaSwag", { ctx: Q, endings: OPTIONS, label: "1" }, "B"],
    ["AQuA", { question: Q, options: ["A)red", "B)green", "C)blue"], rationale: "r", correct: "B" }, "B"],
  ])("%s", (_, row, gold) => {
    expect(read(row)).toEqual(["choice", LISTED, gold]);
  });

  test("columns that happen to be called A and B are none", () => {
    expect(read({ question: "A + B?", A: 3, B: 4, answer: 7 })).toEqual(["number", "A + B?", "7"]);
  });
});

test.each<[string, DataRow, unknown[]]>([
  ["SQuAD", { question: Q, context: "c", answers: { text: ["red", "a red"], answer_start: [1] } }, ["text", Q, "red"]],
  ["TriviaQA", { question: Q, answer: { value: "red", aliases: ["r"] } }, ["text", Q, "red"]],
  ["SVAMP", { Body: "Tom has 3.", Question: Q, Answer: "3.0" }, ["number", `Tom has 3. ${Q}`, "3.0"]],
  [
    "a gold in a list of JSON",
    {
      prompt: [turn("user", Q)],
      ability: "math",
      data_source: "m",
      reward_model: { ground_truth: '["\\\\frac12"]' },
    },
    ["maths", Q, "\\frac12"],
  ],
  [
    "a gold with parts",
    { prompt: [turn("user", Q)], ability: "math", reward_model: { ground_truth: { target: 7, numbers: [3, 4] } } },
    ["json", Q, '{"target":7,"numbers":[3,4]}'],
  ],
  [
    "a solution beside a conversation",
    {
      problem: Q,
      solution: "\\boxed{2}",
      answer: "2",
      messages: [turn("user", Q), turn("assistant", "\\boxed{2.0}")],
    },
    ["maths", Q, "2"],
  ],
  [
    "a thinking of its own, with a box of its own",
    { messages: [turn("user", Q), turn("assistant", "It is \\boxed{2}.", { reasoning_content: "\\boxed{1}?" })] },
    ["number", Q, "2"],
  ],
  [
    "a thinking and an answer",
    { messages: [turn("user", Q), turn("assistant", "2", { thinking: "one\nand one" })] },
    ["number", Q, "2"],
  ],
])("%s", (_, row, problem) => {
  expect(read(row)).toEqual(problem);
});

test.each<[string, DataRow]>([
  ["HumanEval", { prompt: "def f():", canonical_solution: "x", test: "def check(f): 1", entry_point: "f" }],
  ["BigCodeBench", { instruct_prompt: Q, complete_prompt: "def f():", test: "x", entry_point: "f" }],
  ["MBPP", { text: Q, code: "def f", test_list: ["assert f()"] }],
  ["sanitised MBPP", { prompt: Q, code: "def f", test_list: ["assert f()"], test_imports: [] }],
  ["APPS", { question: Q, solutions: "[]", input_output: '{"inputs":["1"],"outputs":["2"]}' }],
  ["AceCode", { question: Q, test_cases: ["assert f()"] }],
  ["CodeContests", { description: Q, public_tests: { input: ["1"], output: ["2"] } }],
])("%s is code, whose tests are run", async (_, row) => {
  const file = dataFile("d.jsonl", jsonLines(row));
  const { reading, warnings } = await describeData(file, { verifiers: await goldVerifiers("") });
  expect(reading.kind).toBe("code");
  expect(warnings.join(" ")).toContain("Hidden test cases of a problem: ");
});

test.each<[string, DataRow]>([
  ["KodCode", { question: Q, solution: "def f", test: "from solution import f\ndef test_f():\n  assert f()" }],
  ["LiveCodeBench", { question_content: Q, public_test_cases: '[{"input":"1"}]', starter_code: "" }],
])("%s is code, whose tests are not understood", async (_, row) => {
  expect(recognise([row], "d.jsonl").kind).toBe("code");
  const file = dataFile("d.jsonl", jsonLines(row));
  await expect(describeData(file, { verifiers: await goldVerifiers("") })).rejects.toThrow(/a gold that can't be read/);
});

describe("what is no data of questions is named", () => {
  const file = (rows: readonly DataRow[]): string => dataFile("d.jsonl", jsonLines(...rows));
  test.each<[string, readonly DataRow[], RegExp]>([
    ["a table by columns", [{ question: ["a", "b"], answer: ["1", "2"] }], /got one row whose columns hold lists/],
    [
      "rows of different columns",
      [{ question: "a", answer: 1 }, { prompt: "b", response: 2 }, { x: 1 }],
      /got rows whose columns differ \(only "question", "answer", "prompt"/,
    ],
  ])("%s", async (_, rows, message) => {
    await expect(describeData(file(rows))).rejects.toThrow(message);
  });

  test.each([
    ["{'question': 'a', 'answer': 1}", /write names and texts in double quotes/],
    ['{"question": "a", "answer": 1},', /remove the comma after the closing bracket/],
  ])("%s", async (line, message) => {
    await expect(describeData(dataFile("d.jsonl", `${line}\n`))).rejects.toThrow(message);
  });

  test("a header alone", async () => {
    await expect(describeData(dataFile("d.csv", "question,answer\n"))).rejects.toThrow(/got a header alone; write/);
  });
});
