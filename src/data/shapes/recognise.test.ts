import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../../test/contracts/data-files.ts";
import { OptionError } from "../../errors.ts";
import type { DataRow } from "../rows/data-row.ts";
import { describeData } from "../data-report.ts";
import { isLeftOut } from "./reading.ts";
import { describeReading, recognise, type RecogniseOptions } from "./recognise.ts";

const QUESTION = "What is 1 + 1?";
const GSM = { question: QUESTION, answer: "1 + 1 = <<1+1=2>>2\n#### 1,200" };
const turn = (role: string, content: string): DataRow => ({ role, content });
const PROMPT = [turn("system", "Be brief."), turn("user", QUESTION)];
const OPENR1 = {
  problem: QUESTION,
  solution: "So \\boxed{2}.",
  answer: "2",
  problem_type: "Algebra",
  question_type: "math-word-problem",
  problem_is_valid: "Yes",
  solution_is_valid: "Yes",
  messages: [turn("user", QUESTION), turn("assistant", "It is \\boxed{2.0}")],
};

interface Recognised {
  readonly shape: string;
  readonly kind: string;
  readonly problems: unknown[];
}

function read(rows: readonly DataRow[], options: RecogniseOptions = {}): Recognised {
  const reading = recognise(rows, "d.jsonl", options);
  const problems = rows.map((row) => {
    const found = reading.read(row);
    if (isLeftOut(found)) return found.leftOut;
    return [found.question, found.gold, ...(found.kind === undefined ? [] : [found.kind])];
  });
  return { shape: reading.shape, kind: reading.kind, problems };
}

describe("every form that people have is recognised by its columns", () => {
  test.each<[string, string, readonly DataRow[], unknown[]]>([
    ["GSM8K", "number", [GSM], [[QUESTION, "1200"]]],
    [
      "MATH",
      "maths",
      [
        { problem: QUESTION, solution: "so $\\boxed{\\frac{1}{2}}$, not \\boxed{3", level: "Level 3", type: "Algebra" },
        { problem: QUESTION, solution: "\\boxed{1} then \\boxed 2.", level: "Level 5", type: "Algebra" },
      ],
      ["no final answer in a box: a proof", [QUESTION, "2"]],
    ],
    [
      "MATH",
      "maths",
      [{ problem: QUESTION, solution: "long", answer: "\\frac12", level: 2 }],
      [[QUESTION, "\\frac12"]],
    ],
    [
      "NuminaMath-CoT",
      "maths",
      [
        { problem: QUESTION, solution: "\\boxed{2}", source: "olympiads", messages: PROMPT },
        { problem: "Prove it.", solution: "Trivial.", source: "olympiads", messages: PROMPT },
      ],
      [[QUESTION, "2"], "no final answer in a box: a proof"],
    ],
    [
      "NuminaMath-1.5 or OpenR1-Math",
      "maths",
      [
        OPENR1,
        { ...OPENR1, problem_is_valid: "No" },
        { ...OPENR1, solution_is_valid: "Incomplete" },
        { ...OPENR1, question_type: "proof" },
        { ...OPENR1, answer: "proof" },
        { ...OPENR1, question_type: "MCQ", answer: "B" },
      ],
      [
        [QUESTION, "2"],
        "said not to be a valid problem",
        "said not to have a valid solution",
        "a proof, or no answer",
        "a proof, or no answer",
        [QUESTION, "B", "choice"],
      ],
    ],
    [
      "verl or DAPO",
      "maths",
      [
        {
          data_source: "math_dapo",
          prompt: PROMPT,
          ability: "MATH",
          reward_model: { style: "rule", ground_truth: "34" },
          extra_info: { split: "train", index: 0 },
        },
      ],
      [[QUESTION, "34"]],
    ],
    [
      "verl or DAPO",
      "number",
      [{ data_source: "openai/gsm8k", prompt: JSON.stringify(PROMPT), reward_model: '{"ground_truth": 34}' }],
      [[QUESTION, "34"]],
    ],
    ["TRL or open-r1", "maths", [{ prompt: PROMPT, solution: "$\\frac{1}{2}$" }], [[QUESTION, "$\\frac{1}{2}$"]]],
    ["TRL or open-r1", "maths", [{ prompt: QUESTION, solution: "so \\boxed{2}" }], [[QUESTION, "2"]]],
    ["TRL or open-r1", "text", [{ prompt: QUESTION, ground_truth: "two" }], [[QUESTION, "two"]]],
    [
      "messages",
      "number",
      [{ messages: [...PROMPT, turn("assistant", "<think> <answer>9</answer> </think> <answer> 2 </answer>")] }],
      [[QUESTION, "2"]],
    ],
    [
      "messages",
      "number",
      [
        {
          conversations: [
            { from: "human", value: QUESTION },
            { from: "gpt", value: "So #### 2" },
          ],
        },
      ],
      [[QUESTION, "2"]],
    ],
    ["messages", "text", [{ messages: [...PROMPT, turn("assistant", "two")] }], [[QUESTION, "two"]]],
    [
      "HumanEval",
      "code",
      [
        {
          task_id: "HumanEval/0",
          prompt: "def f():\n",
          entry_point: "f",
          test: "def check(f): ...",
          canonical_solution: "",
        },
      ],
      [["def f():", '{"test":"def check(f): ...","entry_point":"f","prompt":"def f():\\n"}']],
    ],
    [
      "MBPP",
      "code",
      [{ task_id: 1, text: "Write f.", code: "def f(): pass", test_list: ["assert f() is None"], test_setup_code: "" }],
      [["Write f.", '{"test_list":["assert f() is None"],"test_setup_code":""}']],
    ],
    [
      "APPS",
      "code",
      [{ question: "Add.", solutions: "[]", input_output: '{"inputs": ["1"], "outputs": ["2"]}', difficulty: "easy" }],
      [["Add.", '{"input_output":"{\\"inputs\\": [\\"1\\"], \\"outputs\\": [\\"2\\"]}"}']],
    ],
    [
      "reasoning-gym",
      "text",
      [
        { question: QUESTION, answer: "abc", metadata: { source_dataset: "caesar_cipher" } },
        { question: QUESTION, answer: "1 + 1", metadata: { source_dataset: "countdown" } },
        { question: QUESTION, answer: "2", metadata: '{"source_dataset": "chain_sum"}' },
      ],
      [[QUESTION, "abc"], "the family countdown has a scorer of its own", [QUESTION, "2", "number"]],
    ],
    [
      "multiple choice",
      "choice",
      [{ question: QUESTION, choices: { text: ["one", "two"], label: ["A", "B"] }, answerKey: "B" }],
      [[`${QUESTION}\nA) one\nB) two`, "B"]],
    ],
    [
      "multiple choice",
      "choice",
      [
        { question: QUESTION, choices: ["one", "two"], answer: 1 },
        { question: QUESTION, choices: ["one", "two"], answer: 0 },
        { question: QUESTION, choices: ["one", "two"], answer: 7 },
      ],
      [
        [`${QUESTION}\nA) one\nB) two`, "B"],
        [`${QUESTION}\nA) one\nB) two`, "A"],
        "a gold that is none of the options",
      ],
    ],
    [
      "multiple choice",
      "choice",
      [{ question: "Q", options: ["one", "two"], answer: "two" }],
      [["Q\nA) one\nB) two", "B"]],
    ],
    ["Alpaca", "number", [{ instruction: "Add.", input: "1 and 1", output: "2" }], [["Add.\n\n1 and 1", "2"]]],
    ["prompt and completion", "number", [{ prompt: "1 + 1 =", completion: " 2" }], [["1 + 1 =", "2"]]],
    [
      "prompt and completion",
      "number",
      [{ prompt: [turn("user", "1 + 1?")], completion: [turn("assistant", "2")] }],
      [["1 + 1?", "2"]],
    ],
    ["question and answer", "text", [{ Question: QUESTION, Answer: "two" }], [[QUESTION, "two"]]],
    ["question and answer", "json", [{ question: QUESTION, answer: { sum: 2 } }], [[QUESTION, '{"sum":2}']]],
    [
      "question and answer",
      "choice",
      [{ question: "Which? A) one B) two", answer: "B" }],
      [["Which? A) one B) two", "B"]],
    ],
  ])("%s as %s", (shape, kind, rows, problems) => {
    expect(read(rows)).toEqual({ shape, kind, problems });
  });

  test("MATH's levels are difficulties", () => {
    const row = { problem: "p", solution: "\\boxed{1}", level: "Level 5" };
    expect(recognise([row], "d").read(row)).toEqual({ question: "p", gold: "1", difficulty: 1 });
  });

  test("columns that hold each other are no doubt: the part is meant", () => {
    const row = { question: QUESTION, answer: "1 + 1 is certainly 2, as is known", final_answer: "2", extra: 1 };
    expect(read([row]).problems).toEqual([[QUESTION, "2"]]);
  });

  test("what is said about splits, and about questions that ask for a form, is told", () => {
    const rows = ["train", "test"].map((split) => ({ question: "End with Answer: $x", answer: "2", split }));
    const reading = recognise(rows, "d");
    expect(reading).toMatchObject({
      splitColumn: "split",
      place: "answer-line",
      columns: ["question", "answer", "split"],
    });
    expect(reading.warnings).toEqual([
      expect.stringMatching(/^2 of 2 questions ask for the answer as Answer: themselves/),
    ]);
    expect(recognise([{ question: "q", answer: "a", split: "left half" }], "d").splitColumn).toBeNull();
  });
});

describe("ambiguity is an error that shows the readings and what decides", () => {
  const failure = (rows: readonly DataRow[], options?: RecogniseOptions): string => {
    try {
      return read(rows, options).shape;
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError);
      return (error as Error).message;
    }
  };

  test("two golds", () => {
    const rows = [{ question: QUESTION, answer: "2", ground_truth: "3" }];
    expect(failure(rows)).toBe(
      'Expected "d.jsonl" to be read in one way, got 2: (1) question and answer: question "question", gold "answer", kind number; (2) question and answer: question "question", gold "ground_truth", kind number. Give `gold` (answer or ground_truth) to decide.',
    );
    expect(read(rows, { gold: "ground_truth" }).problems).toEqual([[QUESTION, "3"]]);
  });

  test("two questions", () => {
    const rows = [{ question: "a?", problem: "b?", answer: "2" }];
    expect(failure(rows)).toMatch(/Give `question` \(question or problem\) to decide\.$/);
    expect(read(rows, { question: "problem" }).problems).toEqual([["b?", "2"]]);
  });

  test("golds of which some only have a mark", () => {
    const rows = [GSM, { question: "b?", answer: "three" }];
    expect(failure(rows)).toMatch(
      /\(1\) GSM8K: .* kind number; \(2\) question and answer: .* kind text\. Give `kind` \(number or text\)/,
    );
    expect(read(rows, { kind: "number" }).problems).toEqual([[QUESTION, "1200"], 'no gold in "answer"']);
    expect(read(rows, { kind: "text" }).problems[1]).toEqual(["b?", "three"]);
  });

  test("forms that contradict each other, but not those that agree", () => {
    const chat = (answer: string): DataRow => ({
      ...GSM,
      messages: [...PROMPT, turn("assistant", `<answer>${answer}</answer>`)],
    });
    expect(failure([chat("7")])).toMatch(/\(1\) GSM8K.*\(2\) messages/);
    expect(failure([chat("1200")])).toBe("GSM8K");
  });

  test.each<[string, readonly DataRow[], RecogniseOptions, RegExp]>([
    [
      "unknown columns",
      [{ qestion: "q", anser: "a" }],
      {},
      /got only "qestion", "anser"; name two columns as `question` and `gold` \("qestion" and "anser" perhaps\)/,
    ],
    ["pairs", [{ chosen: PROMPT, rejected: PROMPT }], {}, /got pairs of completions \(chosen, rejected\)/],
    [
      "talk",
      [{ messages: [...PROMPT, turn("assistant", "x".repeat(100))] }],
      {},
      /got conversations whose last turn has no/,
    ],
    ["empty golds", [{ prompt: "p", completion: "" }], {}, /got no text in "completion"; fill it in/],
    [
      "a wrong column",
      [GSM],
      { gold: "anwser" },
      /`gold` to name a column .* got "anwser"; it has only "question", "answer", did you mean "answer"\?/,
    ],
    ["a wrong kind", [GSM], { kind: "math" as "maths" }, /`kind` to be one of maths, number, .* got "math"/],
  ])("%s", (_name, rows, options, message) => {
    expect(failure(rows, options)).toMatch(message);
  });

  test("own names of columns, parts of them by dots, and another kind", () => {
    const rows = [{ Frage: "Zwei?", info: { Antwort: "2" } }];
    expect(read(rows, { question: "Frage", gold: "info.Antwort" })).toEqual({
      shape: "question and answer",
      kind: "number",
      problems: [["Zwei?", "2"]],
    });
    expect(read([GSM], { kind: "maths" }).kind).toBe("maths");
    expect(describeReading(recognise([GSM], "d"))).toBe(
      'GSM8K: question "question", gold the text after the last #### of "answer", kind number',
    );
  });

  test("own fields of objects are no columns", () => {
    expect(failure([JSON.parse('{"__proto__": {"question": "q", "answer": "a"}}') as DataRow])).toMatch(
      /name two columns/,
    );
  });
});

describe("files of public reports are read, or refused for what they are", () => {
  const pair = { prompt: "2 + 2 =", completion: " 4" };
  test.each<[string, string | Uint8Array, string]>([
    ["alpaca.json", '[{"instruction":"2+2?","input":"","output":"4"}]', "Alpaca"],
    ["bom.jsonl", `\ufeff${jsonLines(pair, "", pair)}`.replaceAll("\n", "\r\n"), "prompt and completion"],
    [
      "conv.jsonl",
      jsonLines({ prompt: [turn("user", "2+2?")], completion: [turn("assistant", "4")] }),
      "prompt and completion",
    ],
    ["empty.jsonl", jsonLines({ ...pair, completion: "" }), 'no text in "completion"'],
    ["gsm.jsonl", jsonLines(GSM, { question: "b?", answer: "12*3=36\n#### 36" }), "GSM8K"],
    ["longsft.jsonl", jsonLines({ prompt: "2 + 2 = ".repeat(600), completion: "4" }), "prompt and completion"],
    [
      "msg.jsonl",
      jsonLines({ messages: [...PROMPT, turn("assistant", "<think> 4 </think> <answer> 4 </answer>")] }),
      "messages",
    ],
    ["num.jsonl", jsonLines({ prompt: "2 + 2 =", completion: 4 }), "prompt and completion"],
    ["pref.jsonl", jsonLines({ chosen: [turn("user", "hi")], rejected: [turn("user", "hi")] }), "pairs of completions"],
    [
      "stop.jsonl",
      jsonLines({ prompt: "<answer></answer>Q", completion: "<answer>4</answer>" }),
      "prompt and completion",
    ],
    [
      "u16.jsonl",
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(jsonLines(pair), "utf16le")]),
      "text in UTF-16",
    ],
  ])("%s", async (name, content, expected) => {
    const found = await describeData(dataFile(name, content)).then(
      ({ reading }) => reading.shape,
      (error: Error) => error.message,
    );
    expect(found).toContain(expected);
  });
});
