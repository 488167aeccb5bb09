import { describe, expect, test } from "vitest";
import { taskContract } from "../../test/contracts/task-contract.ts";
import { TaskError } from "../errors.ts";
import { mathsVerifier } from "../verifiers/index.ts";
import { againstGold } from "./against-gold.ts";
import { defineTask, type OwnTask } from "./define-task.ts";
import { SPLITS, type Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";

const DOUBLES: OwnTask<number> = {
  name: "doubles",
  problems: Array.from({ length: 40 }, (_, number) => ({ question: `What is twice ${number}?`, data: number })),
  verify: (problem, answer) => answer === String(2 * problem.data),
};

describe("a task of one's own", () => taskContract(() => defineTask(DOUBLES)));

const task = defineTask(DOUBLES);
const problem = task.problems("train")[0]!;

test("fills in what is not given", () => {
  expect(problem).toEqual({
    id: expect.stringMatching(/^doubles:[0-9a-f]{16}$/),
    split: "train",
    question: `What is twice ${problem.data}?`,
    compactQuestion: `What is twice ${problem.data}?`,
    difficulty: 0.5,
    data: problem.data,
  });
  expect(task).not.toHaveProperty("attempts");
  expect(task).not.toHaveProperty("reflectiveWords");
});

test("needs no problems for a base model", () => {
  expect(task.problems("corpus")).toEqual([]);
});

test("more problems move none to another split", () => {
  const more = defineTask({ ...DOUBLES, problems: [{ question: "What is twice 99?", data: 99 }, ...DOUBLES.problems] });
  for (const split of SPLITS) expect(more.problems(split)).toEqual(expect.arrayContaining([...task.problems(split)]));
});

test("keeps a given id and difficulty", () => {
  const own = defineTask({
    ...DOUBLES,
    problems: [...DOUBLES.problems, { question: "?", data: 0, id: "mine", difficulty: 1 }],
  });
  expect(SPLITS.flatMap((split) => own.problems(split)).find(({ id }) => id === "mine")).toMatchObject({
    question: "?",
    difficulty: 1,
  });
});

test("keeps a given split", () => {
  const problems = DOUBLES.problems.map((own, i) => ({
    ...own,
    split: i === 0 ? ("heldOut" as const) : ("train" as const),
  }));
  const own = defineTask({ ...DOUBLES, problems });
  expect(own.problems("heldOut").map(({ question }) => question)).toEqual([DOUBLES.problems[0]!.question]);
  expect(own.problems("train")).toHaveLength(problems.length - 1);
  const other = { ...DOUBLES.problems[0]!, split: "corpus" as never };
  expect(() => defineTask({ ...DOUBLES, problems: [other] })).toThrow(
    'one of train, validation, heldOut as `split` of problem 1 of the task doubles, got "corpus"',
  );
});

test("few problems that leave a side empty are learnt and measured on alike, under ids of their own", () => {
  const one = defineTask({ ...DOUBLES, problems: DOUBLES.problems.slice(0, 1) });
  const splits = (["train", "validation", "heldOut"] as const).map((split) => one.problems(split));
  expect(splits.map((problems) => problems.map(({ question }) => question))).toEqual(
    splits.map(() => [DOUBLES.problems[0]!.question]),
  );
  expect(new Set(splits.flat().map(({ id }) => id)).size).toBe(3);
  const said = DOUBLES.problems.slice(0, 2).map((own) => ({ ...own, split: "train" as const }));
  expect(() => defineTask({ ...DOUBLES, problems: said })).toThrow(/problems in the split heldOut/);
});

test.each<readonly [string, (problem: Problem<number>) => unknown, Verdict]>([
  ["true", () => true, { kind: "right" }],
  ["false", () => false, { kind: "wrong", reason: "not what the task asks for" }],
  ["a verdict", () => ({ kind: "wrong", reason: "odd" }), { kind: "wrong", reason: "odd" }],
  ["a promise", () => Promise.resolve(true), { kind: "right" }],
  ["a part", () => 0.25, { kind: "partly", score: 0.25 }],
  ["all", () => 1, { kind: "right" }],
  ["none", () => 0, { kind: "wrong", reason: "a score of 0" }],
  [
    "NaN",
    () => Number.NaN,
    { kind: "unverifiable", reason: "the verifier of doubles gave the score NaN instead of one from 0 to 1" },
  ],
  [
    "a promise of nothing",
    () => Promise.resolve(),
    { kind: "unverifiable", reason: "the verifier of doubles gave undefined instead of a verdict" },
  ],
])("a verifier may give %s", async (_name, verify, expected) => {
  expect(await defineTask({ ...DOUBLES, verify: verify as OwnTask<number>["verify"] }).verify(problem, "0")).toEqual(
    expected,
  );
});

test.each<readonly [string, object, RegExp]>([
  ["no name", { name: "" }, /`name` of a task .* got ""/],
  ["no verifier", { verify: undefined }, /`verify` of the task doubles to be a function, got undefined/],
  ["no list of problems", { problems: 3 }, /`problems` of the task doubles to be a list, got 3/],
  ["no problems", { problems: [] }, /problems in the split train, but the ids of its 0 problems put none there/],
  [
    "a question twice",
    { problems: [...DOUBLES.problems, DOUBLES.problems[3]] },
    /1 of its \d+ problems have one that came before \("What is twice 3\?"\)/,
  ],
  [
    "an id twice",
    { problems: ["a", "b"].map((question) => ({ question, id: "x" })) },
    /1 of its 2 problems have one that came before \("b"\)/,
  ],
  ["no question", { problems: [{ data: 1 }] }, /a text as `question` of problem 1 of the task doubles, got undefined/],
  [
    "an endless difficulty",
    { problems: [{ question: "?", difficulty: Number.NaN }] },
    /a number from 0 to 1 as `difficulty` of problem 1/,
  ],
])("refuses a task with %s", (_name, change, message) => {
  const make = (): unknown => defineTask({ ...DOUBLES, ...change } as OwnTask<number>);
  expect(make).toThrow(TaskError);
  expect(make).toThrow(message);
});

describe("examples show the form of an answer", () => {
  const own = {
    name: "own",
    problems: Array.from({ length: 40 }, (_, i) => ({ question: `${i} + 1`, data: i + 1 })),
    verify: () => true,
  };

  test("and are kept as they are", () => {
    const examples = [{ question: "100 + 1", completion: "<think> 101 </think> <answer> 101 </answer>" }];
    expect(defineTask({ ...own, examples }).examples).toEqual(examples);
  });

  test.each<readonly [string, unknown, string]>([
    ["no list", "one", "to be a list of questions with completions"],
    ["no completion", [{ question: "100 + 1" }], "to be a list of { question, completion }"],
    ["a problem", [{ question: "3 + 1", completion: "4" }], 'other questions than its problems, got "3 + 1"'],
  ])("%s is refused", (_name, examples, message) => {
    expect(() => defineTask({ ...own, examples: examples as never })).toThrow(message);
  });
});

test("a verifier of the package decides by the gold", async () => {
  const task = defineTask({
    name: "halves",
    problems: Array.from({ length: 40 }, (_, i) => ({ question: `half of ${i}`, data: `${i}/2` })),
    verify: againstGold(mathsVerifier()),
  });
  const problem = task.problems("train").find(({ data }) => data === "3/2")!;
  expect(await task.verify(problem, "1.5")).toEqual({ kind: "right" });
  expect(await task.verify(problem, "\\boxed{2}")).toMatchObject({ kind: "wrong" });
});
