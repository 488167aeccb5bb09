import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ShowFlags, ShownRollout, ShownStep } from "../compositions.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { VERDICT_KINDS } from "../../records/verdict.ts";
import { indented } from "../../text/format.ts";
import { printable, printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { verdictText } from "./sample.ts";

function signed(value: number | null): string {
  return value === null ? "none" : `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(2)}`;
}

/** A prompt of more lines is folded: its first line and its last ones are shown. */
const MOST_LINES = 8;
const LAST_LINES = 5;

/** What was asked, once for all that was written to it. */
function promptText(prompt: string): string {
  const lines = printable(prompt.trim()).split("\n");
  const left = lines.length - 1 - LAST_LINES;
  const shown =
    lines.length <= MOST_LINES
      ? lines
      : [lines[0]!, `(${left} more lines; --json has them all)`, ...lines.slice(-LAST_LINES)];
  return indented(shown.join("\n"), "  > ");
}

function rolloutText(rollout: ShownRollout): string {
  const parts = Object.entries(rollout.breakdown).map(([name, value]) => `${printableLine(name)} ${value}`);
  const reward =
    rollout.reward === null
      ? "not scored"
      : `reward ${rollout.reward}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
  return [
    `${printableLine(rollout.problem)}, sample ${rollout.sample}: ${verdictText(rollout)}`,
    indented(`${reward}, advantage ${signed(rollout.advantage)}`),
    indented(printable(rollout.text.trim()), "  | "),
  ].join("\n");
}

/** The rollouts of one step with their verdicts. */
export function shownText({ run, step, total, rollouts }: ShownStep): string {
  const head = `Step ${step} of ${printableLine(run)}: ${rollouts.length} of ${total} rollouts`;
  const texts = rollouts.flatMap((rollout, i) => {
    const before = rollouts[i - 1];
    const isNew = before?.problem !== rollout.problem || before.prompt !== rollout.prompt;
    return [...(isNew ? [promptText(rollout.prompt)] : []), rolloutText(rollout)];
  });
  return [head, ...texts].join("\n\n");
}

/** `aha show RUN --step N`: the stored rollouts of a step. */
export function addShowCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("show")
    .description("Prints what the model wrote at a step of a run, with verdicts, rewards and advantages.")
    .argument("<run>", "the run's folder")
    .option("--step <n>", "the step (default: the last one)", integerOf)
    .option("--problem <id>", "only this problem", nonEmpty)
    .addOption(new Option("--only <verdict>", "only rollouts with this verdict").choices(VERDICT_KINDS))
    .option("--limit <n>", "at most so many rollouts", integerOf, 8);
  addCommonFlags(command);
  addExamples(command, [
    ["aha show runs/first --step 1", "how the base started"],
    ["aha show runs/first --only wrong --limit 20", "what still goes wrong at the end"],
  ]);
  command.action(async (run: string, flags: CommonFlags & ShowFlags) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const shown = await context.compositions.show(run, options);
    report.say(shownText(shown));
    report.result(shown);
  });
}
