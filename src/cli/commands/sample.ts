import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { CompletionView, SampledProblem, SampleFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { SAMPLE_DEFAULTS } from "../../evaluation/evaluate-options.ts";
import { indented } from "../../text/format.ts";
import { printable, printableLine } from "../../text/printable.ts";
import { givenAsking } from "../option-flags.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";
import { addModelFlags } from "./eval.ts";

/**
 * What a verifier said of a completion, and how the completion ended: `right, 41 tokens`, `wrong (15 is not 24), cut at
 * 256 tokens`.
 */
export function verdictText({ verdict, score, reason, stop, tokens }: CompletionView): string {
  const why = reason === "" ? "" : ` (${printableLine(reason)})`;
  const word = verdict === "partly" ? `partly right, ${score}` : verdict;
  const isCut = stop === "length";
  if (tokens === null) return `${word}${why}, ${isCut ? "cut, " : ""}length not recorded`;
  return `${word}${why}, ${isCut ? "cut at " : ""}${tokens} tokens`;
}

/** Problems and what the model wrote about them. */
export function sampledText(problems: readonly SampledProblem[]): string {
  return problems
    .map(({ problem, question, completions }) =>
      [
        `${printableLine(problem)}: ${printable(question)}`,
        ...completions.map(
          (completion, i) =>
            `  ${i + 1}. ${verdictText(completion)}\n${indented(printable(completion.text.trim()), "     ")}`,
        ),
      ].join("\n"),
    )
    .join("\n\n");
}

/** `aha sample`: what a model writes, with the verdicts. */
export function addSampleCommand(program: Command, context: CommandContext): void {
  const command = program.command("sample").description("Prints completions of a model with the verifier's verdicts.");
  addModelFlags(command, { usual: SAMPLE_DEFAULTS });
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha sample runs/first", "some problems, one completion each"],
    ["aha sample my-base --task countdown --problems 1 --samples 8", "one problem, eight completions"],
  ]);
  command.action(async (model: string, flags: CommonFlags & Omit<SampleFlags, "model">) => {
    const { json: _json, quiet: _quiet, ...rest } = givenAsking(flags);
    const report = createReport(context.host, flags);
    const problems = await watched(context, flags, "Stopping.", (watch) =>
      context.compositions.sample({ ...rest, model }, watch),
    );
    if (problems === null) return;
    report.say(sampledText(problems));
    report.result({ problems });
  });
}
