import { expect, test } from "vitest";
import { extractor, EXTRACTOR_NAMES } from "../../verifiers/index.ts";
import { EXAMPLE_TURNS, exampleRows } from "./example-rows.ts";
import { writtenAnswer } from "./task-files.ts";

test.each(EXTRACTOR_NAMES)("an answer as it is written for %s is found", (name) => {
  expect(extractor(name).extract(writtenAnswer(name, "42"))).toEqual({ answer: "42", reason: null });
});

test("the example's questions differ, and its turns ask none of them", () => {
  const questions = exampleRows().map(({ question }) => question);
  expect(new Set(questions).size).toBe(63);
  for (const { question } of EXAMPLE_TURNS) expect(questions).not.toContain(question);
});
