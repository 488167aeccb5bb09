import { describe, expect, test } from "vitest";
import { CODE_GOLDS, codeExecution, fewCases } from "./code-golds.ts";

const apps = (found: object): string => JSON.stringify({ input_output: JSON.stringify(found) });

describe("tests of public data sets", () => {
  test("HumanEval: the prompt goes before the answer and the test", () => {
    const gold = {
      test: "def check(candidate):\n  assert candidate(1) == 2",
      entry_point: "inc",
      prompt: "def inc(x):\n",
    };
    expect(codeExecution(JSON.stringify(gold))).toEqual({
      kind: "code",
      language: "python",
      prelude: gold.prompt,
      tests: { form: "check", entry: "inc", test: gold.test },
    });
  });

  test("MBPP", () => {
    const gold = { test_list: ["assert f(1) == 1"], test_setup_code: "", test_imports: ["import math"] };
    expect(codeExecution(JSON.stringify(gold)).tests).toEqual({
      form: "asserts",
      setup: "import math",
      asserts: ["assert f(1) == 1"],
    });
  });

  test("APPS: lines, calls, and results in lists of their own", () => {
    expect(codeExecution(apps({ inputs: ["1\n", ["2", "3"]], outputs: ["1", ["5"]] })).tests).toEqual({
      form: "stdio",
      cases: [
        { stdin: "1\n", out: "1" },
        { stdin: "2\n3\n", out: "5\n" },
      ],
    });
    const calls = (outputs: unknown[]): unknown =>
      codeExecution(apps({ inputs: [[1], [2]], outputs, fn_name: "f" })).tests;
    expect(calls([2, 3])).toMatchObject({ cases: [{ args: [1], result: 2 }, { result: 3 }] });
    expect(calls([[2], [3]])).toMatchObject({ cases: [{ result: 2 }, { result: 3 }] });
    expect(calls([[2], [3, 4]])).toMatchObject({ cases: [{ result: [2] }, { result: [3, 4] }] });
  });

  test.each([
    [apps({ inputs: ["1"], outputs: [] }), /as many "outputs"/],
    [apps({ inputs: [1], outputs: [1], fn_name: "f" }), /"input_output"/],
    [JSON.stringify({ test_list: [] }), /"test_list"/],
    [JSON.stringify({ test: "x", entry_point: "" }), /"entry_point"/],
    [JSON.stringify({ test_list: ["assert f()"], language: "cobol" }), /"language"/],
    ["not json", /JSON/],
  ])("%s is refused", (gold, reason) => expect(CODE_GOLDS.checkGold!(gold)).toMatch(reason));

  test("few cases are told", () => {
    const gold = (count: number): string =>
      JSON.stringify({ test_list: Array.from({ length: count }, () => "assert f()") });
    expect(fewCases([gold(9), gold(3), gold(5)])).toEqual([
      "Hidden test cases of a problem: 5 in the middle, from 3 to 9.",
      "1 of 3 problems have fewer than 5 test cases: an answer may know them instead of solving the problem.",
    ]);
    expect(fewCases([gold(7)])).toHaveLength(1);
  });
});
