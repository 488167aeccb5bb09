import { Argument, type Command } from "commander";
import { OptionError } from "../../errors.ts";
import { printable, printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { CheckedTask, ImportFlags, ShownTask } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";

/** What a task was found to be, in one line. */
export function checkedText({ folder, seconds, withoutEdits }: CheckedTask): string {
  const times = seconds.map((took) => took.toFixed(1)).join(", ");
  return `${printableLine(folder)}: the edits that solve it passed ${seconds.length} of ${seconds.length} (${times} s); without them ${printableLine(withoutEdits)}`;
}

/** What was read of a task's folder. */
export function shownTaskText({ folder, task, question }: ShownTask): string {
  const { runner, baseCommit, hiddenTests, failToPass, passToPass, budgets } = task;
  return [
    `${printableLine(folder)}: base ${baseCommit.slice(0, 12)}, ${runner}`,
    `  hidden tests: ${hiddenTests.map(printableLine).join(", ")}`,
    `  must turn: ${failToPass.length}, must stay: ${passToPass.length}`,
    `  at most ${budgets.runSeconds} s and ${budgets.memoryMegabytes} MB a run`,
    "",
    printable(question),
  ].join("\n");
}

/** `aha task check FOLDER...`, `aha task show FOLDER`, `aha task import ROWS`: tasks that are repositories. */
export function addTaskCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("task")
    .description(
      "Looks at repository tasks: `show` prints what is read of a folder, `check` runs the edits that solve it three times and no edits once, and refuses what is broken or flaky; `import` makes folders of rows of SWE-bench's form.",
    )
    .addArgument(new Argument("<action>", "what to do").choices(["check", "show", "import"]))
    .argument("<paths...>", "tasks, or folders of them; a .jsonl file of rows for `import`")
    .option("--repositories <folder>", "for `import`: where repositories are, each as owner__name", nonEmpty)
    .option("--out <folder>", "for `import`: where tasks are written", nonEmpty);
  addCommonFlags(command);
  addExamples(command, [
    ["aha task check tasks/mean-of-one", "may it be trained on?"],
    ["aha task show tasks/mean-of-one", "what a model is asked"],
    ["aha task import rows.jsonl --repositories clones --out tasks", "rows of SWE-bench's form"],
  ]);
  command.action(async (action: "check" | "show" | "import", paths: string[], flags: CommonFlags & ImportFlags) => {
    const report = createReport(context.host, flags);
    const results: object[] = [];
    for (const path of paths) {
      if (action === "check") {
        await context.compositions.checkTasks(path, (checked) => {
          report.say(checkedText(checked));
          results.push(checked);
        });
      } else if (action === "show") {
        const shown = await context.compositions.showTask(path);
        report.say(shownTaskText(shown));
        results.push(shown);
      } else {
        const { repositories, out } = flags;
        if (repositories === undefined || out === undefined)
          throw new OptionError("Expected `--repositories` and `--out` with `import`, got one or none; give both.");
        const folders = await context.compositions.importTasks(path, { repositories, out });
        report.say(folders.map(printableLine).join("\n"));
        results.push({ folders });
      }
    }
    report.result({ tasks: results });
  });
}
