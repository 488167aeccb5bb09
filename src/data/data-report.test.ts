import { expect, test } from "vitest";
import { dataFile, jsonLines } from "../../test/contracts/data-files.ts";
import { describeData } from "./data-report.ts";

const ROWS = Array.from({ length: 40 }, (_, i) => ({ question: `${"x".repeat(i)} ${i}?`, answer: `so\n#### ${i}` }));

test("says what was understood, as plain data that is always the same", async () => {
  const path = dataFile("d.jsonl", jsonLines(...ROWS, ROWS[0], "{oops", "{oops", "{oops"));
  const report = await describeData(path, { countTokens: (text) => text.split(" ").length });
  expect(report).toMatchObject({
    data: path,
    formats: ["JSONL"],
    files: 1,
    reading: {
      shape: "GSM8K",
      question: '"question"',
      gold: 'the text after the last #### of "answer"',
      kind: "number",
      answerIn: "tags",
      splitColumn: null,
    },
    counts: { rows: 44, questions: 40, duplicates: 1, damaged: [{ reason: "no JSON", count: 3 }], goldsChecked: 0 },
    splits: { rule: "by hash" },
    lengths: { question: { median: 24, p95: 42, longest: 43 }, gold: { median: 2, longest: 2 } },
    questionTokens: { median: 2, longest: 2 },
  });
  expect(report.splits.train + report.splits.validation + report.splits.heldOut).toBe(40);
  expect(report.rows).toHaveLength(10);
  expect(new Set(report.rows.map(({ gold }) => gold)).size).toBe(10);
  expect(report.rows.every(({ question, gold }) => question.endsWith(` ${gold}?`) || question === `${gold}?`)).toBe(
    true,
  );
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect((await describeData(path)).rows).toEqual((await describeData(path)).rows);
  expect((await describeData(path)).questionTokens).toBeNull();
});
