import { expect, test } from "vitest";
import { dataFile } from "../../../test/contracts/data-files.ts";
import type { DataRow } from "./data-row.ts";
import { openRows } from "./open-rows.ts";

async function rowsOf(text: string): Promise<readonly DataRow[]> {
  const file = await openRows(dataFile("d.json", text));
  const rows: DataRow[] = [];
  try {
    expect(file.format).toBe("JSON");
    for await (const some of file.rows()) {
      for (const { row, start, end } of some) {
        rows.push(row!);
        expect(await file.read({ start, end })).toEqual(row);
      }
    }
    return rows;
  } finally {
    await file.close();
  }
}

const ROWS = [
  { question: 'a "quoted" ä', answer: [1, { b: "]}" }] },
  { question: "b", answer: 2 },
];

test.each([
  JSON.stringify({ data: ROWS }),
  JSON.stringify({ version: "1.0", meta: { data: [1], name: '"data": [' }, rows: ROWS, end: [1, "x"] }, null, 1),
  `\ufeff${JSON.stringify({ count: 2, examples: ROWS })}\n`,
])("a list of rows within an object: %s", async (text) => {
  expect(await rowsOf(text)).toEqual(ROWS);
});

test.each([
  ['{"data": [{"a": 1}, ', /got an end within or after row 1; it was cut off/],
  ['{"data": [{"a": 1}]', /got an end within or after row 1; it was cut off/],
  ['{"train": [{"a": 1}], "test": [{"a": 2}]}', /got a second one, "test"; give each a file of its own/],
  ['{"data": [{"a": 1},]}', /got a comma after row 1, the last one; remove the comma/],
])("what is broken about it is said: %s", async (text, message) => {
  await expect(rowsOf(text)).rejects.toThrow(message);
});

test.each(['{"data": [{"a": 1}]}\n{"data": [{"a": 2}]}\n', '{"messages": [{"role": "user"}]}'])(
  "rows that hold lists are rows: %s",
  async (text) => {
    const file = await openRows(dataFile("d.json", text));
    expect(file.format).toBe("JSONL");
    await file.close();
  },
);
