import { show } from "../errors.ts";
import { parquetTable } from "./parquet-table.ts";
import { checkExample, type TrainingExample } from "./training-example.ts";

/**
 * The examples of a parquet file: columns of strings `prompt` and `completion`, and perhaps `problemId`; other columns
 * are not read.
 *
 * @param deadlineSeconds as `parquetTable` has it
 * @throws AhaError as `parquetTable` does, and naming the row that isn't an example
 */
export async function* parquetExamples(path: string, deadlineSeconds: number = 60): AsyncGenerator<TrainingExample> {
  const wanted = { required: ["prompt", "completion"], optional: ["problemId"] };
  let number = 0;
  for await (const row of parquetTable(path, wanted, deadlineSeconds))
    yield checkExample(row, `row ${++number} of ${show(path)}`);
}
