import { describe, expect, test } from "vitest";
import { taskContract } from "../../../test/contracts/task-contract.ts";
import { SPLITS } from "../../records/problem.ts";
import { CODE_LANGUAGES } from "../../records/execution.ts";
import { hiddenCases } from "./hidden-cases.ts";
import { mutationsOf, NAMINGS, namingOf, renamed } from "./mutations.ts";
import { bugsOf, withLine } from "./problems.ts";
import { createRepair } from "./repair.ts";
import { REPAIR_TEMPLATES } from "./templates.ts";

const task = createRepair();

describe("repair", () => taskContract(() => createRepair()));

test("there are 30 functions or more, half in each language, each with bugs of its own", () => {
  const functions = REPAIR_TEMPLATES.flatMap((template) =>
    CODE_LANGUAGES.map((language) => bugsOf(template, language).length),
  );
  expect(functions.length).toBeGreaterThanOrEqual(30);
  expect(Math.min(...functions)).toBeGreaterThanOrEqual(8);
});

test("no bug of a function is in two splits, however its variables are called", () => {
  const splits = new Map<string, Set<string>>();
  for (const split of SPLITS) {
    for (const { id } of task.problems(split)) {
      const bug = id.replace(/#\d+$/, "");
      splits.set(bug, (splits.get(bug) ?? new Set()).add(split));
    }
  }
  expect([...splits].filter(([, of]) => of.size > 1)).toEqual([]);
});

test("a name means the same in every function of a house, and nothing in another house", () => {
  const meanings = Array.from({ length: NAMINGS }, (_, house) => {
    const byName = new Map<string, string>();
    for (const template of REPAIR_TEMPLATES) {
      for (const language of CODE_LANGUAGES) {
        for (const [variable, name] of namingOf(template[language], house)) {
          expect(byName.get(name) ?? variable).toBe(variable);
          byName.set(name, variable);
          // No word that means something else in the same function.
          expect(name === variable || !template[language].split(/\s+/).includes(name)).toBe(true);
        }
      }
    }
    return byName;
  });
  const names = meanings.flatMap((byName) => [...byName.keys()]);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
});

test("a question names its line by its text: the line stands once, and putting it right gives the function", async () => {
  for (const problem of SPLITS.flatMap((split) => task.problems(split))) {
    const wrong = problem.data.source.split("\n");
    const right = problem.data.right.split("\n");
    const line = wrong.findIndex((text, place) => text !== right[place]);
    expect(wrong.filter((text) => text.trim() === wrong[line]!.trim())).toHaveLength(1);
    expect(await task.verify(problem, `${wrong[line]!.trim()} => ${right[line]!.trim()}`)).toEqual({ kind: "right" });
  }
});

test("tests know what a function gives; of fibonacci by hand 0 1 1 2 3 5 8 13 21 34", () => {
  const cases = hiddenCases(REPAIR_TEMPLATES.find(({ name }) => name === "fibonacci")!);
  expect(cases.slice(0, 10).map(({ args, result }) => [args[0], result])).toEqual(
    [0, 1, 1, 2, 3, 5, 8, 13, 21, 34].map((result, n) => [n, result]),
  );
});

test("an execution runs the program that the answer edits", () => {
  const problem = task.problems("train")[0]!;
  expect(task.execution!(problem)).toMatchObject({
    kind: "code",
    language: problem.data.language,
    edits: problem.data.source,
    tests: { form: "calls", entry: problem.data.template },
  });
});

test("mutations change an operator, a constant, a variable, an order, a case", () => {
  const wrongs = (line: string): string[] => mutationsOf(`def f ( a , b ) :\n  ${line}`).map(({ wrong }) => wrong);
  expect(wrongs("if a < 3 :")).toEqual(
    expect.arrayContaining(["if a <= 3 :", "if a > 3 :", "if a < 4 :", "if a < 2 :", "if b < 3 :"]),
  );
  expect(wrongs("return divisor ( a , b )")).toContain("return divisor ( b , a )");
  expect(wrongs("if a and b :")).toEqual(expect.arrayContaining(["if a :", "if b :", "if a or b :"]));
  expect(
    renamed(
      "total += xs [ i ]",
      new Map([
        ["total", "acc"],
        ["xs", "items"],
      ]),
    ),
  ).toBe("acc += items [ i ]");
  expect(withLine("def f ( a ) :\n  return a", 1, "return 1")).toBe("def f ( a ) :\n  return 1");
});

test("a thinking text is taken apart into its tries", () => {
  expect(task.attempts!("total -= x => total += x no wait best = 0 => best = 1 yes")).toEqual([
    { text: "total -= x => total += x", outcome: "rejected", at: 0 },
    { text: "best = 0 => best = 1", outcome: "accepted", at: 33 },
  ]);
});
