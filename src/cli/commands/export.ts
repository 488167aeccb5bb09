import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ExportFlags, ExportSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { megabytes, shortCount } from "../format.ts";
import { printableLine } from "../printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** What to do with what was written. */
const USES: Readonly<Record<ExportFlags["to"], (out: string) => string>> = {
  hf: (out) => `Load it with transformers or vLLM: AutoModelForCausalLM.from_pretrained(${JSON.stringify(out)}).`,
  gguf: (out) => `Run it with llama.cpp: llama-cli -m ${out}; or with Ollama: a Modelfile that says FROM ${out}.`,
  adapter: (out) => `Load it with PEFT on the model that it was trained on: PeftModel.from_pretrained(model, ${JSON.stringify(out)}).`,
};

/** The end of `export` in plain words. */
export function exportText({ out, to, type, parameters, bytes }: ExportSummary): string {
  return `Wrote ${shortCount(parameters)} parameters in ${type} (${megabytes(bytes / 1e6)}) to ${printableLine(out)}.\n${printableLine(USES[to](out))}`;
}

/** `aha export`: a model for other programs. */
export function addExportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("export")
    .summary("write a model for transformers, llama.cpp or Ollama")
    .description("Writes a model, or the trained model of a run, as other programs load it: a folder in Hugging Face's layout, or one GGUF file.")
    .argument("<model-or-run>", "a model's folder, a .gguf file, hf:owner/name, or a run's folder (then its trained model)")
    .addOption(new Option("--to <what>", "hf: a folder; gguf: one file; adapter: what a run with --lora trained").choices(["hf", "gguf", "adapter"]).makeOptionMandatory())
    .requiredOption("--out <path>", "where it is written; nothing may be there", nonEmpty)
    .addOption(new Option("--type <type>", "how weights are stored (default: f32, bit for bit)").choices(["f32", "f16", "bf16"]));
  addCommonFlags(command);
  addExamples(command, [
    ["aha export runs/first --to hf --out first", "a folder that transformers loads"],
    ["aha export runs/first --to gguf --out first.gguf", "a file that llama.cpp and Ollama load"],
    ["aha export small.Q4_1.gguf --to hf --out small --type bf16", "a quantised model as a folder to train"],
  ]);
  command.action(async (model: string, flags: CommonFlags & Omit<ExportFlags, "model">) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const summary = await watched(context, flags, "Stopping when the model is written.", (watch) => context.compositions.export({ ...options, model }, watch));
    if (summary === null) return;
    report.say(exportText(summary));
    report.result(summary);
  });
}
