import { OptionError, show } from "../errors.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { byteLines } from "../host/byte-lines.ts";
import { checkExample, type TrainingExample } from "./training-example.ts";

/** Bytes. */
const LONGEST_LINE = 10_000_000;

/**
 * The examples of a JSONL file: an object a line with `prompt` and `completion`, and perhaps `problemId`; empty lines
 * are passed over.
 *
 * @throws OptionError naming the line that isn't one, or has more than 10 MB
 */
export async function* jsonlExamples(path: string): AsyncGenerator<TrainingExample> {
  for await (const { text, number } of byteLines(path, LONGEST_LINE)) {
    const where = `line ${number} of ${show(path)}`;
    if (text === null) throw new OptionError(`Expected ${where} to be UTF-8, got other bytes; save the file as UTF-8.`);
    if (text.trim() === "") continue;
    const json = foreignJson(text);
    if (json.expected !== undefined)
      throw new OptionError(
        `Expected ${where} to be ${json.expected}, got ${json.got ?? show(text)}; write one object a line.`,
      );
    yield checkExample(json.value, where);
  }
}
