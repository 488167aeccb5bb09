import type { Command } from "commander";
import { OptionError } from "../../errors.ts";
import type { CommandContext } from "../command-context.ts";
import type { ReproduceFlags, ReproduceSummary } from "../compositions.ts";
import { CLAIM_WORDS, REPRODUCE } from "../../claims/reproduce-options.ts";
import { addFlagsOf } from "../option-flags.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { columns, duration, indented } from "../../text/format.ts";
import { planText } from "../plan-text.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** Every claim with its conclusion. */
export function reproduceText({ report, claims, seconds }: ReproduceSummary): string {
  return `${indented(columns(claims.map(({ claim, conclusion }) => [claim, conclusion])).join("\n"))}\nThe report is in ${printableLine(report)} (${duration(seconds)}).`;
}

/** The claims by name, a line each. */
function claimLines(): string {
  return indented(columns(Object.entries(CLAIM_WORDS).map((row) => [...row])).join("\n"));
}

/** `aha reproduce`: an experiment for each claim of the paper. */
export function addReproduceCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("reproduce")
    .description(
      "Runs one experiment for each claim of the paper, over several seeds, and writes a report with figures. What is done is reused; what was stopped goes on.",
    )
    .argument("[claim]", "a claim by name (below), or all")
    .option("--plan", "only print the stages, their costs and what is done")
    .option(
      "--folder <folder>",
      "where the stages are kept (default: runs/reproduce, or runs/reproduce-quick)",
      nonEmpty,
    )
    .option("--base <folder>", "what Countdown's experiments start from in the place of the shipped base", nonEmpty)
    .option("--report <file>", "the report (default: claims.md in that folder, or CLAIM.md for one claim)", nonEmpty);
  addFlagsOf(command, REPRODUCE);
  addCommonFlags(command.optionsGroup("Output:"));
  command.addHelpText("after", `\nClaims:\n${claimLines()}`);
  addExamples(command, [
    ["aha reproduce aha", "does self-correction rise?"],
    ["aha reproduce all --seeds 3 --report docs/claims.md", "the report of this project"],
    ["aha reproduce length --base my-base", "whether it holds for a base of your own"],
    ["aha reproduce all --quick", "the machinery, in a few minutes"],
  ]);
  command.action(
    async (claim: string | undefined, flags: CommonFlags & Partial<ReproduceFlags> & { readonly plan?: boolean }) => {
      if (claim === undefined) {
        context.host.error(`Claims:\n${claimLines()}\n`);
        throw new OptionError(
          "Expected the name of a claim, got none; type `aha reproduce aha`, say, or all of them: `aha reproduce all`.",
        );
      }
      const { quick = false, plan = false, seeds = REPRODUCE.experiments.options.seeds.fallback, workers } = flags;
      const folder = flags.folder ?? (quick ? "runs/reproduce-quick" : "runs/reproduce");
      const options: ReproduceFlags = {
        claim,
        seeds: quick ? 1 : seeds,
        quick,
        folder,
        report: flags.report ?? `${folder}/${claim === "all" ? "claims" : claim}.md`,
        ...(flags.base === undefined ? {} : { base: flags.base }),
        ...(workers === undefined ? {} : { workers }),
      };
      const report = createReport(context.host, flags);
      if (plan) {
        const stages = await context.compositions.planReproduction(options);
        report.say(planText(stages));
        report.result({ stages });
        return;
      }
      const summary = await watched(
        context,
        flags,
        "Stopping at the end of this step; run the same command to go on.",
        (watch) => context.compositions.reproduce(options, watch),
      );
      if (summary === null) return;
      report.say(reproduceText(summary));
      report.result(summary);
    },
  );
}
