import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { EvaluateFlags, Evaluation } from "../compositions.ts";
import { addCommonFlags, addExamples, decimal, integer, nonEmpty, type CommonFlags } from "../flags.ts";
import { columns, indented, percent, percentWithError } from "../format.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";
import { evaluationJson } from "../zero-summary.ts";

/** An evaluation in plain words. */
export function evaluationText(evaluation: Evaluation): string {
  const byK = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([k, value]) => `${k}: ${percent(value)}`)
      .join(", ");
  const rows = [
    ["pass@1", percentWithError(evaluation.accuracy, evaluation.standardError)],
    ["pass@k", byK(evaluation.passAtK)],
    ["majority vote of k", byK(evaluation.majorityVote)],
    ["greedy", percent(evaluation.greedyAccuracy)],
    ["mean length", `${evaluation.meanLength.toFixed(1)} tokens`],
    ["corrects itself", percent(evaluation.selfCorrectionShare)],
    ["cut at the limit", percent(evaluation.truncatedShare)],
  ].filter(([, value]) => value !== "");
  return `On ${evaluation.problems} problems, ${evaluation.samples} samples each:\n${indented(columns(rows).join("\n"))}`;
}

/** The flags that say which model answers which problems; `eval` and `sample` share them. */
export function addModelFlags(command: Command): Command {
  return command
    .argument("<model-or-run>", "a model's folder, or a run's (then its trained model)")
    .option("--task <name>", "a task by name, or the path of a module that exports one (default: the model's own)", nonEmpty)
    .option("--split <name>", "train, validation or heldOut", nonEmpty)
    .option("--problems <n>", "how many problems", integer)
    .option("--samples <k>", "samples of each problem", integer)
    .option("--seed <n>", "the same seed gives the same samples", integer)
    .option("--temperature <t>", "of sampling", decimal)
    .option("--max-completion-tokens <n>", "where a completion is cut", integer)
    .option("--workers <n>", "engine workers of one thread each", integer);
}

/** `aha eval`: pass@1 with its error, pass@k and majority vote from k samples a problem. */
export function addEvalCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("eval")
    .summary("measure a model on problems that it was not trained on")
    .description("Samples every problem k times and gives pass@1 with its standard error, pass@k, majority vote, length and self-correction.");
  addModelFlags(command);
  addCommonFlags(command);
  addExamples(command, [
    ["aha eval runs/first --samples 16", "the trained model of a run"],
    ["aha eval my-base --task countdown --samples 4 --seed 1 --json", "a base, for a program to read"],
  ]);
  command.action(async (model: string, flags: CommonFlags & Omit<EvaluateFlags, "model">) => {
    const { json: _json, quiet: _quiet, ...rest } = flags;
    const report = createReport(context.host, flags);
    const evaluation = await watched(context, flags, "Stopping.", (watch) => context.compositions.evaluate({ ...rest, model }, watch));
    if (evaluation === null) return;
    report.say(evaluationText(evaluation));
    report.result({ ...evaluationJson(evaluation), passAtK: evaluation.passAtK, majorityVote: evaluation.majorityVote });
  });
}
