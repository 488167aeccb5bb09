import { show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { questionReader, type GoldReader } from "./gold-readers.ts";
import { makeReading } from "./make-reading.ts";
import type { DataReading, Sample, DataShape } from "./reading.ts";
import { plainText } from "./row-values.ts";

/** The columns of tests as one text of JSON, which the verifier of code reads; null where the first has none. */
function testsOf(columns: readonly [string, ...string[]], others: readonly string[] = []): GoldReader {
  const all = [...columns, ...others];
  return {
    column: columns[0],
    text: `the tests in ${all.map(show).join(", ")}`,
    of(row: DataRow) {
      const tests = row[columns[0]];
      const none = Array.isArray(tests) ? tests.length === 0 : plainText(tests) === null && typeof tests !== "object";
      if (none || tests === null) return null;
      return JSON.stringify(
        Object.fromEntries(all.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]])),
      );
    },
  };
}

const questionOf = ({ columns }: Sample, names: readonly string[]): string | undefined =>
  names.find((name) => columns.includes(name));

function codeShape(
  name: string,
  questions: readonly string[],
  tests: readonly [string, ...string[]],
  others: readonly string[],
): DataShape {
  return {
    name,
    over: ["question and answer", "MATH", ...(name === "KodCode" ? [] : ["KodCode"])],
    readings(sample): readonly DataReading[] {
      const question = questionOf(sample, questions);
      if (question === undefined || !tests.every((column) => sample.columns.includes(column))) return [];
      const gold = testsOf(
        tests,
        others.filter((column) => sample.columns.includes(column)),
      );
      const also = [...tests, ...others].filter((column) => sample.columns.includes(column));
      return [
        makeReading({ shape: name, question: questionReader(question, sample), gold, kind: "code", also }, sample),
      ];
    },
  };
}

/** HumanEval (arXiv:2107.03374): a function's beginning, and a test that calls it. */
export const HUMAN_EVAL: DataShape = codeShape(
  "HumanEval",
  ["prompt", "instruct_prompt", "complete_prompt", "problem_description"],
  ["test", "entry_point"],
  ["prompt", "language"],
);

/** MBPP (arXiv:2108.07732): a task in words, and assertions. */
export const MBPP: DataShape = codeShape(
  "MBPP",
  ["text", "prompt", "question"],
  ["test_list"],
  ["test_setup_code", "test_imports", "language"],
);

/** APPS (arXiv:2105.09938), TACO and PRIME: inputs with the outputs that belong to them. */
export const APPS: DataShape = codeShape(
  "APPS",
  ["question", "problem", "prompt"],
  ["input_output"],
  ["starter_code", "language"],
);

const ASKED = ["question", "problem", "prompt", "description", "question_content", "instruction", "text"];

/** Tests under the names that other data have for them: AceCode, CodeContests, LiveCodeBench. */
export const CODE_TESTS: readonly DataShape[] = ["test_cases", "public_tests", "public_test_cases", "unit_tests"].map(
  (tests) => codeShape(`code with tests in ${show(tests)}`, ASKED, [tests], ["starter_code"]),
);

const PYTHON_TEST = /\bassert\b|\bdef test/;
const WITH_TEST = codeShape("KodCode", ASKED, ["test"], []);

/** KodCode (arXiv:2503.02951): a task with a solution, and a test that is a program. */
export const KOD_CODE: DataShape = {
  ...WITH_TEST,
  readings: (sample) =>
    shareOf(sample.rows, (row) => PYTHON_TEST.test(plainText(row["test"]) ?? "")) > 0.5
      ? WITH_TEST.readings(sample)
      : [],
};
