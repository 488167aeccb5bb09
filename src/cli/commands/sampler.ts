import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { SamplerFlags } from "../sampler-flags.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** `aha sampler ADDRESS`: writes rollouts for runs that were started with --samplers. */
export function addSamplerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("sampler")
    .description(
      "Writes rollouts for all runs that were started with --samplers and this address, one run after the other, until Ctrl-C. It needs no model and no data: weights come by the Redis, and are checked by their hash. What it writes are the bytes that the run itself would have written, on a processor of the same kind.",
    )
    .argument("<address>", "the Redis or Valkey: redis://HOST:PORT, rediss:// for TLS")
    .option("--token <text>", "Redis's password (default: AHA_QUEUE_TOKEN)", nonEmpty)
    .option("--workers <n>", "engine threads (default: one a processor)", integerOf);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha sampler redis://box:6379", "on every machine that is to help; the password in AHA_QUEUE_TOKEN"],
    ["aha zero --samplers redis://box:6379", "the run that they write for"],
  ]);
  command.action(async (address: string, flags: CommonFlags & Omit<SamplerFlags, "address">) => {
    const { json: _json, quiet: _quiet, ...given } = flags;
    const summary = await watched(context, flags, "Stopping after the jobs under way.", (watch) =>
      context.compositions.sampler({ ...given, address }, watch),
    );
    if (summary === null) return;
    const { jobs, completions, tokens, runs } = summary;
    const report = createReport(context.host, flags);
    report.say(
      `Wrote ${completions} completions (${tokens} tokens) in ${jobs} jobs for ${runs} run${runs === 1 ? "" : "s"} at ${summary.address}.`,
    );
    report.result(summary);
  });
}
