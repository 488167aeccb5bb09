import { foreignJson } from "../../text/foreign-json.ts";
import { extname } from "node:path";
import { OptionError, show } from "../../errors.ts";
import { utf8Text } from "./json-array-rows.ts";
import { opensList } from "./list-finder.ts";
import type { DataFormat } from "./data-row.ts";

/** Bytes of a file's beginning that tell its format. */
export const SNIFFED_BYTES = 65_536;

const UTF16 = ["text in UTF-16 or UTF-32", "save it as UTF-8"] as const;
const ROWS = "give the rows as JSONL or CSV";

/** Formats of files that hold no rows that we read, by their first bytes, and what to do about it. */
const OTHERS: readonly (readonly [start: string | readonly number[], got: string, advice: string])[] = [
  [[0xff, 0xfe], ...UTF16],
  [[0xfe, 0xff], ...UTF16],
  [[0x00, 0x00, 0xfe, 0xff], ...UTF16],
  [[0x89, 0x50, 0x4e, 0x47], "a picture", ROWS],
  [[0xff, 0xd8, 0xff], "a picture", ROWS],
  ["GIF8", "a picture", ROWS],
  ["RIFF", "a picture or sound", ROWS],
  ["BZh", "a file that bzip2 packed", "unpack it first"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "a file that xz packed", "unpack it first"],
  [[0x37, 0x7a, 0xbc, 0xaf], "a 7z archive", "unpack it first"],
  ["Rar!", "a rar archive", "unpack it first"],
  [[0xd0, 0xcf, 0x11, 0xe0], "a spreadsheet or document of Office", "save the sheet as CSV"],
  [[0x1f, 0x8b], "a file that gzip packed", "unpack it first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "a file that zstd packed", "unpack it first"],
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"],
  ["ARROW1", "an Arrow file", "save it as Parquet"],
  ["SQLite format 3", "a database", "export a table as CSV"],
  ["%PDF", "a PDF", ROWS],
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
  if (text.includes("\0"))
    return isWideText(head) ? refuse(...UTF16) : refuse("bytes that are no text", "give another file");
  if (!text.includes("\n") && /\r[^]*\r/.test(text))
    return refuse("lines that end with carriage returns alone", "save it with the line ends of today");
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
  if (alone) return refuse("one object over several lines", "give a list of objects, or one object a line");
  return "JSONL";
}

function isJson(text: string): boolean {
  return foreignJson(text).expected === undefined;
}

/** Whether nearly every second byte, or three of four, are zero, as in ASCII of 16 or 32 bits that has no mark. */
function isWideText(head: Uint8Array): boolean {
  const zeros = [0, 0, 0, 0];
  head.forEach((byte, i) => byte === 0 && zeros[i % 4]!++);
  const full = zeros.filter((count) => count > 0.9 * Math.floor(head.length / 4)).length;
  const empty = zeros.filter((count) => count < 0.1 * (head.length / 4)).length;
  return full >= 2 && full + empty === 4 && empty > 0;
}

/** Without a byte order mark and white space; broken bytes are left to the reader of rows, which names the line. */
function textOfHead(head: Uint8Array): string {
  return (utf8Text(head) ?? new TextDecoder("utf-8").decode(head)).trimStart();
}
