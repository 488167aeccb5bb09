import { foreignJson } from "../../text/foreign-json.ts";
import { extname } from "node:path";
import { OptionError, show } from "../../errors.ts";
import { utf8Text } from "./json-array-rows.ts";
import { opensList } from "./list-finder.ts";
import type { DataFormat } from "./data-row.ts";

/** Bytes of a file's beginning that tell its format. */
export const SNIFFED_BYTES = 65_536;

/** Formats of files that hold no rows that we read, by their first bytes, and what to do about it. */
const OTHERS: readonly (readonly [start: string | readonly number[], got: string, advice: string])[] = [
  [[0xff, 0xfe], "text in UTF-16", "save it as UTF-8"],
  [[0xfe, 0xff], "text in UTF-16", "save it as UTF-8"],
  [[0x1f, 0x8b], "a file that gzip packed", "unpack it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "a file that zstd packed", "unpack it first"],
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"],
  ["ARROW1", "an Arrow file", "save it as Parquet"],
  ["SQLite format 3", "a database", "export a table as CSV"],
  ["%PDF", "a PDF", "give the rows as JSONL or CSV"],
  ["GGUF", "a model", "give it as `model`"],
  ["version https://git-lfs", "a pointer of Git LFS", "fetch the file itself with `git lfs pull`"],
];

/**
 * How a file's rows stand in it, by its first bytes; the name decides only between tables and nothing.
 *
 * @param head SNIFFED_BYTES of it, or all where it is shorter
 * @throws OptionError for a file that holds no rows
 */
export function sniffFormat(head: Uint8Array, name: string): DataFormat {
  const starts = (start: string | readonly number[]): boolean => {
    const bytes = typeof start === "string" ? [...Buffer.from(start)] : start;
    return bytes.every((byte, i) => head[i] === byte);
  };
  const refuse = (got: string, advice: string): never => {
    throw new OptionError(`Expected ${show(name)} to hold rows as JSONL, JSON, CSV or Parquet, got ${got}; ${advice}.`);
  };
  if (head.length === 0) return refuse("an empty file", "write one row a line");
  if (starts("PAR1")) return "Parquet";
  const other = OTHERS.find(([start]) => starts(start));
  if (other !== undefined) return refuse(other[1], other[2]);
  const text = textOfHead(head);
  if (text === "") return refuse("white space alone", "write one row a line");
  if (text.includes("\0")) return refuse("bytes that are no text", "give another file");
  if (/^<(!doctype|html|\?xml)/i.test(text)) return refuse("a web page or XML", "download the file itself");
  if (text.startsWith("[")) return "JSON";
  if (text.startsWith("{")) {
    const oneObject = !isJson(text.split("\n", 1)[0]!) || isJson(text);
    return oneObject && opensList(head) ? "JSON" : jsonLines(text, head.length < SNIFFED_BYTES, refuse);
  }
  const table = /\.(csv|tsv|txt)$/i.test(name) || (extname(name) === "" && /^[^\n]*[,\t;|]/.test(text));
  if (table) return "CSV";
  if (/\.(jsonl|ndjson|json)$/i.test(name)) return "JSONL";
  return refuse(
    `${show(text.split(/\r?\n/, 1)[0]!.slice(0, 40))} at its beginning`,
    "give a file of one of these formats",
  );
}

/** Objects a line; one object over several lines is no list of rows. */
function jsonLines(text: string, whole: boolean, refuse: (got: string, advice: string) => never): DataFormat {
  const firstLine = text.split("\n", 1)[0]!.trim();
  const alone = firstLine === "{" || (whole && !isJson(firstLine) && isJson(text));
  if (alone)
    return refuse(
      "one object over several lines",
      'give a list of objects (`[...]` or `{"data": [...]}`), or one object a line',
    );
  return "JSONL";
}

function isJson(text: string): boolean {
  return foreignJson(text).expected === undefined;
}

/** Without a byte order mark and white space; broken bytes are left to the reader of rows, which names the line. */
function textOfHead(head: Uint8Array): string {
  return (utf8Text(head) ?? new TextDecoder("utf-8").decode(head)).trimStart();
}
