import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { finalGold, goldReaders, questionReader, wholeGold } from "./gold-readers.ts";
import { isLeftOut, type DataShape } from "./reading.ts";
import { makeReading } from "./make-reading.ts";
import { plainText, turnsOf, valueAt } from "./row-values.ts";

const NO_FINAL_ANSWER = { leftOut: "no <answer>, \\boxed{} or #### in the last turn of the assistant", damaged: false };

/**
 * Conversations, as OpenAI and ShareGPT write them: the final answer of the last turn is the gold, or all of it where
 * no turn has more than an answer.
 */
export const MESSAGES: DataShape = {
  name: "messages",
  over: ["question and answer"],
  readings(sample) {
    const column = ["messages", "conversations", "conversation"].find(
      (name) => shareOf(sample.rows, (row) => turnsOf(valueAt(row, name)) !== null) > 0.5,
    );
    if (column === undefined) return [];
    const question = questionReader(column, sample);
    const reading = makeReading({ shape: "messages", question, gold: finalGold(column, NO_FINAL_ANSWER) }, sample);
    if (shareOf(sample.rows, (row) => !isLeftOut(reading.read(row))) >= 0.05) return [reading];
    const gold = wholeGold(column);
    const short = shareOf(sample.rows, (row) => isShort(gold.of(row))) >= 0.95;
    return short ? [makeReading({ shape: "messages", question, gold }, sample)] : [];
  },
};

/** Whether a turn is an answer and nothing else. */
function isShort(turn: unknown): boolean {
  return typeof turn === "string" && turn.length <= 64 && !turn.includes("\n");
}

/** Alpaca: an instruction, perhaps what it is about, and the output. */
export const ALPACA: DataShape = {
  name: "Alpaca",
  over: ["question and answer"],
  readings(sample) {
    if (!["instruction", "output"].every((name) => sample.columns.includes(name))) return [];
    const input = sample.columns.includes("input");
    const question = {
      column: "instruction",
      text: input ? '"instruction", and "input" below it' : '"instruction"',
      of(row: DataRow): string | null {
        const instruction = plainText(row["instruction"]);
        const about = plainText(row["input"]);
        return instruction === null || about === null ? instruction : `${instruction}\n\n${about}`;
      },
    };
    return goldReaders("output", sample).map((gold) =>
      makeReading(
        {
          shape: "Alpaca",
          question,
          gold,
          ...(gold.place === undefined ? {} : { place: gold.place }),
          also: input ? ["input"] : [],
        },
        sample,
      ),
    );
  },
};
