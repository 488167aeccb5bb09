import type { Command } from "commander";
import { DATA } from "../../data/data-options.ts";
import type { CommandContext } from "../command-context.ts";
import type { DataFlags } from "../compositions.ts";
import { dataText } from "../data-text.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { optionGroup } from "../../options/index.ts";
import { addOptionFlags } from "../option-flags.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** `aha data`: what is understood of somebody's data. */
export function addDataCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("data")
    .description(
      "Reads data as training would and prints what was understood: the form, what is left out and why, splits, lengths, and rows with the gold as read.",
    )
    .argument("<data>", "a .jsonl, .json, .csv or .parquet file, a folder, hf:owner/name, or - for standard input");
  // Nothing is refused for its damaged rows here: they are what one wants to see.
  const { data: _data, skipUnreadable: _skip, dropLong: _drop, extract: _extract, ...options } = DATA.options;
  addOptionFlags(command, optionGroup(DATA.name, DATA.title, options));
  command.optionsGroup("The model:").option("--model <model>", "counts questions in the tokens of a model", nonEmpty);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha data qa.jsonl", "what was understood of a file"],
    ["aha data qa.csv --question Frage --gold Antwort", "columns with names of one's own"],
    ["aha data hf:openai/gsm8k --subset main", "a data set of the hub"],
  ]);
  command.action(async (data: string, flags: CommonFlags & Omit<DataFlags, "data">) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const found = await watched(context, flags, "Stopping.", (watch) =>
      context.compositions.data({ ...options, data }, watch),
    );
    if (found === null) return;
    report.say(dataText(found));
    report.result(found);
  });
}
