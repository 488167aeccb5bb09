import type { Command } from "commander";
import { DATA } from "../../data/data-options.ts";
import { optionGroup } from "../../options/index.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { InitFlags, NewTask } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { addOptionFlags } from "../option-flags.ts";
import { shellWord } from "../../text/shell-word.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** What was written, and what comes next. */
export function newTaskText({ folder, rows, kind, question, gold, extract, files, installed }: NewTask): string {
  const place = printableLine(folder);
  return [
    `A task in ${place}: ${files.join(", ")}.`,
    `data.jsonl has ${rows} rows (question ${printableLine(question)}, gold ${printableLine(gold)}); answers are compared as ${kind} and looked for by ${extract}, as task.js says.`,
    `Next: cd ${shellWord(folder)}, ${installed ? "" : "npm install, "}npm test, npm run train; README.md says more.`,
  ].join("\n");
}

/** `aha init`: a task of one's own, ready to be trained on. */
export function addInitCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("init")
    .description(
      "Writes a folder with a task of your own: its data, a module that makes a task of them, a test of golds and wrong answers, package.json and README. Without --from it holds an example, conversions of units, to be replaced.",
    )
    .argument("<folder>", "a new folder, or an empty one")
    .optionsGroup("The data:")
    .option("--from <data>", "your data, in any form that `aha data` reads; their columns and kind are kept", nonEmpty);
  const { question, gold, kind, extract, subset, skipUnreadable } = DATA.options;
  addOptionFlags(
    command,
    optionGroup(DATA.name, DATA.title, { question, gold, kind, extract, subset, skipUnreadable }),
  );
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha init my-task", "an example to change"],
    ["aha init my-task --from qa.jsonl", "your questions and answers"],
  ]);
  command.action(async (folder: string, flags: CommonFlags & Omit<InitFlags, "folder">) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const made = await watched(context, flags, "Stopping; nothing is written.", (watch) =>
      context.compositions.init({ ...options, folder }, watch),
    );
    if (made === null) return;
    report.say(newTaskText(made));
    report.result(made);
  });
}
