import { show } from "../../errors.ts";
import { byteLines } from "../../host/byte-lines.ts";
import { LONGEST_ROW, type FoundRow } from "./data-row.ts";
import { jsonRow } from "./json-row.ts";

/**
 * The rows of a JSONL file: an object a line; empty lines are passed over. A byte order mark and Windows' line ends are
 * fine.
 *
 * @throws OptionError for a line of more than 10 MB; what the file system throws, as it is
 */
export async function* jsonlRows(path: string, name: string = path): AsyncGenerator<FoundRow> {
  let start = 0;
  for await (const { text, number, end } of byteLines(path, LONGEST_ROW, name)) {
    const place = { number, start, end };
    start = end;
    if (text !== null && text.trim() === "") continue;
    yield { ...place, ...jsonRow(text, `line ${number} of ${show(name)}`) };
  }
}
