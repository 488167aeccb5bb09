import { OptionError, show } from "../errors.ts";
import { jsonlRows } from "./rows/jsonl-rows.ts";
import { checkExample, type TrainingExample } from "./training-example.ts";

/**
 * The examples of a JSONL file: an object a line with `prompt` and `completion`, and perhaps `problemId`; empty lines
 * are passed over.
 *
 * @throws OptionError naming the line that isn't one, or has more than 10 MB
 */
export async function* jsonlExamples(path: string): AsyncGenerator<TrainingExample> {
  for await (const rows of jsonlRows(path)) {
    for (const { row, fault, number } of rows) {
      if (fault !== undefined) throw new OptionError(fault.message);
      yield checkExample(row, `line ${number} of ${show(path)}`);
    }
  }
}
