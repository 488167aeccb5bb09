import { expect, test } from "vitest";
import { DATA_REPORT } from "../../test/cli/fake-results.ts";
import { dataText } from "./data-text.ts";

test("what was understood of data, all of it safe to show", () => {
  expect(dataText(DATA_REPORT)).toBe(`qa.jsonl: JSONL, 2 files, 12 rows, 7 questions.
Read as GSM8K: question "question", gold the text after the last #### of "answer", split "split".
Answers are compared as number and stand after ####.

Left out:
  1  no JSON (first: Expected line 3 of "qa.jsonl" to be JSON.)
  1  a proof (first: row 4 of "qa.jsonl")
  1  questions that came before, if in another dress
  2  questions with another gold elsewhere: none of these rows is used
9 golds were checked against themselves.

Splits (the data's own): train 5, validation 0, heldOut 2.
          median  95 % below  longest
question      12         300      512  characters
gold           1           2        3  characters
question       4         100      170  tokens

Rows, with the gold as read:
  Two\\n\\u001b[2Jlines ${"x".repeat(143)}...
    gold: 7

Warning: 2 questions are kept for measuring.`);
  const counts = { ...DATA_REPORT.counts, damaged: [], leftOut: [], duplicates: 0, contradictions: 0, goldsChecked: 0 };
  expect(dataText({ ...DATA_REPORT, counts })).toContain("No row was left out. Golds were not checked.");
});
