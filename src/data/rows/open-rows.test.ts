import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataFile, jsonLines } from "../../../test/contracts/data-files.ts";
import { OptionError } from "../../errors.ts";
import type { DataFormat, DataRow, FoundRow } from "./data-row.ts";
import { openRows } from "./open-rows.ts";

interface Read {
  readonly format: DataFormat;
  readonly rows: readonly DataRow[];
  readonly faults: readonly string[];
}

/** All rows of a file; each is read again by its place, which must give the same. */
async function readAll(name: string, content: string | Uint8Array): Promise<Read> {
  const file = await openRows(dataFile(name, content));
  const found: FoundRow[] = [];
  const again: DataRow[] = [];
  try {
    for await (const some of file.rows()) found.push(...some);
    for (const { row, start, end } of found) if (row !== undefined) again.push(await file.read({ start, end }));
  } finally {
    await file.close();
  }
  const rows = found.flatMap(({ row }) => (row === undefined ? [] : [row]));
  expect(again).toEqual(rows);
  return { format: file.format, rows, faults: found.flatMap(({ fault }) => fault?.message ?? []) };
}

const ROWS = [
  { question: "2 + 2?", answer: "4" },
  { question: 'say "二", please\n', answer: "[1, {2}]" },
];
const NO_SURROGATES = fc.string({ unit: "grapheme", maxLength: 12 });

describe("JSONL", () => {
  test("with a byte order mark, Windows' line ends and empty lines", async () => {
    const text = `\ufeff${jsonLines(ROWS[0], "", ROWS[1], "  ")}`.replaceAll("\n", "\r\n");
    expect(await readAll("d.jsonl", text)).toEqual({ format: "JSONL", rows: ROWS, faults: [] });
    expect((await readAll("noname", jsonLines(...ROWS).trimEnd())).rows).toEqual(ROWS);
  });

  test("names every line that is none, and reads the others", async () => {
    const bytes = Buffer.concat([
      Buffer.from(jsonLines(ROWS[0], "{oops", '{"a": 1,}', "[1]", "4")),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(jsonLines("[".repeat(100), ROWS[1])),
    ]);
    const { rows, faults } = await readAll("d.jsonl", bytes);
    expect(rows).toEqual(ROWS);
    expect(faults).toEqual([
      expect.stringMatching(/^Expected line 2 of ".*d\.jsonl" to be JSON, got "\{oops"; write one object a line\.$/),
      expect.stringMatching(/line 3 of .* remove the comma before the closing bracket\.$/),
      expect.stringMatching(/line 4 of .* to be an object with columns by name, got \[1\]/),
      expect.stringMatching(/line 5 of .* got 4/),
      expect.stringMatching(/line 6 of .* to be UTF-8, got other bytes; save the file as UTF-8\.$/),
      expect.stringMatching(/line 7 of .* to be JSON of at most 64 levels/),
    ]);
  });

  test("any rows come back, whatever the pieces in which a file is read", async () => {
    const row = fc.dictionary(NO_SURROGATES, fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), fc.nat(2 ** 18), async (rows, padding) => {
        const text = jsonLines({ padding: "x".repeat(padding) }, ...rows);
        expect((await readAll("d.jsonl", text)).rows.slice(1)).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
      { numRuns: 30 },
    );
  });

  test("a line of more than 10 MB is refused", async () => {
    await expect(readAll("d.jsonl", `{"a":"${"x".repeat(10_000_001)}"}`)).rejects.toThrow(/line 1 .* at most 10 MB/);
  });
});

describe("a JSON list", () => {
  test.each([
    ["d.json", JSON.stringify(ROWS)],
    ["d.json", `\ufeff \n${JSON.stringify(ROWS, null, 2)}\n`],
    ["d.txt", `[${ROWS.map((row) => JSON.stringify(row)).join(" ,\r\n")}]`],
  ])("is read row by row: %s", async (name, text) => {
    expect(await readAll(name, text)).toEqual({ format: "JSON", rows: ROWS, faults: [] });
  });

  test("any rows come back", async () => {
    const row = fc.dictionary(NO_SURROGATES, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), fc.nat(8), async (rows, space) => {
        const { rows: found } = await readAll("d.json", JSON.stringify(rows, null, space));
        expect(found).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
      { numRuns: 50 },
    );
  });

  test("names rows that are no objects", async () => {
    const { rows, faults } = await readAll("d.json", '[4, "a,]b", {"a": 1}, {"a" 2}, null]');
    expect(rows).toEqual([{ a: 1 }]);
    expect(faults.map((fault) => /row \d/.exec(fault)?.[0])).toEqual(["row 1", "row 2", "row 4", "row 5"]);
  });

  test.each([
    ['[{"a":1},]', /got a comma after row 1, the last one; remove the comma\.$/],
    ['[{"a":1}', /got an end within or after row 1; it was cut off\.$/],
    ['[{"a":1', /got an end within or after row 1; it was cut off\.$/],
    ['[{"a":1} {"a":2}]', /got "\{" after row 1; part rows by one comma\.$/],
    ['[{"a":1}] x', /got "x" after row 1/],
    ["[,]", /got "," after row 0/],
  ])("that is broken is refused in one line: %s", async (text, message) => {
    await expect(readAll("d.json", text)).rejects.toThrow(message);
  });
});

describe("CSV", () => {
  const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

  test("with quotes, line ends in fields, and Windows' line ends", async () => {
    const text = `\ufeffquestion,answer\r\n2 + 2?,4\r\n\r\n"say ""二"", please\n","[1, {2}]"\r\n`;
    expect(await readAll("d.csv", text)).toEqual({ format: "CSV", rows: ROWS, faults: [] });
  });

  test.each([";", "\t", "|"])("parted by %j", async (separator) => {
    const text = [["question", "answer"], ...ROWS.map((row) => Object.values(row).map(quoted))]
      .map((fields) => fields.join(separator))
      .join("\n");
    expect((await readAll("d.csv", text)).rows).toEqual(ROWS);
  });

  test("any fields come back, quoted or not", async () => {
    const field = fc.oneof(fc.constantFrom("", '"', "a,b", "\r\n", "\n\n", '","', " x "), NO_SURROGATES);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, fc.boolean()), { minLength: 1, maxLength: 20 }),
        fc.constantFrom("\n", "\r\n"),
        async (rows, end) => {
          const plain = (text: string): boolean => /^[^",\r\n]*$/.test(text);
          const lines = rows.map(([a, b, quotes]) =>
            [`x${a}`, b].map((text) => (quotes || !plain(text) ? quoted(text) : text)).join(","),
          );
          const { rows: found, faults } = await readAll("d.csv", ["a,b", ...lines].join(end));
          expect(faults).toEqual([]);
          expect(found).toEqual(rows.map(([a, b]) => ({ a: `x${a}`, b })));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("separators at the end of lines are no columns", async () => {
    expect((await readAll("d.csv", "a,b,\n1,2,\n3,4,,,\n")).rows).toEqual([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ]);
  });

  test("names every record that doesn't fit, and reads the others", async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\n1,2\n3\n4,5,6\n"7"x,8\n'),
      Buffer.from([0x39, 0xff, 0x2c, 0x0a]),
      Buffer.from('10,11\n12,"open\n13,14\n'),
    ]);
    const { rows, faults } = await readAll("d.csv", bytes);
    expect(rows).toEqual([
      { a: "1", b: "2" },
      { a: "10", b: "11" },
    ]);
    expect(faults).toEqual([
      expect.stringMatching(/line 3 of .* to have the 2 fields of the header, got 1; quote fields/),
      expect.stringMatching(/line 4 of .* got 3;/),
      expect.stringMatching(/quoted field of line 5 of .* to end with a quote and a separator/),
      expect.stringMatching(/line 6 of .* to be UTF-8/),
      expect.stringMatching(/quoted field of line 8 of/),
    ]);
  });

  test.each([
    ["question\n1\n", /got one column, "question"; give a/],
    [",,\n1,2,3\n", /got none; give a/],
    ["a,b,a\n1,2,3\n", /columns of .* to differ, got "a" twice; rename or remove one/],
  ])("a header that names no table is refused: %j", async (text, message) => {
    await expect(readAll("d.csv", text)).rejects.toThrow(message);
  });
});

describe("what is no data is named for what it is", () => {
  test.each<[string, string | readonly number[], RegExp]>([
    ["d.jsonl", "", /got an empty file/],
    ["d.jsonl", "\n \n", /got white space alone/],
    ["d.jsonl", [0xff, 0xfe, 0x7b, 0], /got text in UTF-16 or UTF-32; save it as UTF-8/],
    [
      "d.jsonl",
      [0x7b, 0, 0x22, 0, 0x61, 0, 0x22, 0, 0x3a, 0, 0x31, 0, 0x7d, 0, 0x0a, 0],
      /got text in UTF-16 or UTF-32/,
    ],
    ["d.jsonl", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], /got a picture; give the rows as JSONL or CSV/],
    ["d.csv", "a,b\r1,2\r", /got lines that end with carriage returns alone; save it/],
    ["d.jsonl.gz", [0x1f, 0x8b, 8, 0], /got a file that gzip packed; unpack it first/],
    ["d.xlsx", [0x50, 0x4b, 3, 4], /got a zip archive or a spreadsheet; unpack it, or save the sheet as CSV/],
    ["d.parquet", "<!DOCTYPE html><html>", /got a web page or XML; download the file itself/],
    ["d.parquet", "version https://git-lfs.github.com/spec/v1\n", /got a pointer of Git LFS; fetch the file/],
    ["d.bin", [0x61, 0, 1, 2], /got bytes that are no text/],
    ["d.json", '{\n "a": 1\n}', /got one object over several lines; give a list of objects, or one object a line/],
    ["notes.md", "# Notes\n", /got "# Notes" at its beginning/],
  ])("%s %j", async (name, content, message) => {
    const bytes = typeof content === "string" ? content : new Uint8Array(content);
    const error = await openRows(dataFile(name, bytes)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });

  test("JSON Lines under any name are JSON Lines", async () => {
    expect((await readAll("train.json", jsonLines(...ROWS))).format).toBe("JSONL");
  });
});
