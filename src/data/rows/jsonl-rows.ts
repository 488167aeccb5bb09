import { show } from "../../errors.ts";
import { lineBatches } from "../../host/byte-lines.ts";
import { LONGEST_ROW, type FoundRow } from "./data-row.ts";
import { jsonRow, type RowWords } from "./json-row.ts";

/**
 * The rows of a JSONL file: an object a line; empty lines are passed over. A byte order mark and Windows' line ends are
 * fine.
 *
 * @throws OptionError for a line of more than 10 MB; what the file system throws, as it is
 */
export async function* jsonlRows(path: string, name: string = path): AsyncGenerator<readonly FoundRow[]> {
  const words: RowWords = { where: (number) => `line ${number} of ${show(name)}`, advice: "write one object a line" };
  let start = 0;
  for await (const lines of lineBatches(path, LONGEST_ROW, name)) {
    const rows: FoundRow[] = [];
    for (const { text, number, end } of lines) {
      if (text === null || text.trim() !== "") {
        const { row, fault } = jsonRow(text, number, words);
        rows.push(fault === undefined ? { number, start, end, row } : { number, start, end, fault });
      }
      start = end;
    }
    yield rows;
  }
}
