import { Option, type Command } from "commander";
import { OptionError } from "../../errors.ts";
import type { CommandContext } from "../command-context.ts";
import { ENGINE_FACTS, RECIPE_ENGINES, type RecipeEngine } from "../../recipes/recipe-rules.ts";
import type { ExportSummary, RecipeSummary, RunExportSummary } from "../compositions.ts";
import type { ExportFlags, ExportRunFlags } from "../export-flags.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { inFlags } from "../flag-names.ts";
import { fileSize, megabytes, shortCount } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { shellWord } from "../../text/shell-word.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** What to do with what was written. */
const USES: Readonly<Record<ExportFlags["to"], (out: string) => string>> = {
  hf: (out) => `Load it with transformers or vLLM: AutoModelForCausalLM.from_pretrained(${JSON.stringify(out)}).`,
  gguf: (out) =>
    `Run it with llama.cpp: llama-cli -m ${shellWord(out)}; or with Ollama: a Modelfile that says FROM ${out}.`,
  ollama: (out) =>
    `Run it with Ollama: cd ${shellWord(out)} && ollama create my-model -f Modelfile && ollama run my-model.`,
  adapter: (out) =>
    `Load it with PEFT on the model that it was trained on: PeftModel.from_pretrained(model, ${JSON.stringify(out)}).`,
};

const RUN_USES: Readonly<Record<ExportRunFlags["to"], (out: string) => string>> = {
  jsonl: (out) => `Read it a line at a time, or learn from it: aha sft --data ${shellWord(out)}`,
  parquet: (out) => `Read it with pandas.read_parquet(${JSON.stringify(out)}), DuckDB or Polars.`,
  csv: (out) => `Open it as a table, or read it with pandas.read_csv(${JSON.stringify(out)}).`,
  tensorboard: (out) => `Look at it with: tensorboard --logdir ${shellWord(out)}`,
};

/** The end of `export` in plain words. */
export function exportText({ out, to, type, parameters, bytes, notes }: ExportSummary): string {
  const lines = notes.map((note) => `\n${printableLine(note)}`).join("");
  return `Wrote ${shortCount(parameters)} parameters in ${type} (${megabytes(bytes / 1e6)}) to ${printableLine(out)}.\n${printableLine(USES[to](out))}${lines}`;
}

/** The same of what a run recorded. */
export function runExportText({ out, to, rows, bytes }: RunExportSummary): string {
  const what = to === "jsonl" || to === "parquet" ? `${rows} rollouts` : `the figures of ${rows} steps`;
  return `Wrote ${what} (${fileSize(bytes)}) to ${printableLine(out)}.\n${printableLine(RUN_USES[to](out))}`;
}

/** The same of a recipe for another engine. */
export function recipeText({ out, to, problems, heldOut, serve }: RecipeSummary): string {
  const { name, version } = ENGINE_FACTS[to];
  return `Wrote the recipe for ${name} ${version} to ${printableLine(out)}: ${problems} problems to train on, ${heldOut} to measure on.\nServe its rewards: ${serve}\nThen do as ${printableLine(out)}/README.md says; it names what is otherwise there.`;
}

type Target = ExportFlags["to"] | ExportRunFlags["to"] | RecipeEngine;

function isOfRun(to: Target): to is ExportRunFlags["to"] {
  return Object.hasOwn(RUN_USES, to);
}

function isEngine(to: Target): to is RecipeEngine {
  return RECIPE_ENGINES.some((engine) => engine === to);
}

type Flags = CommonFlags & {
  readonly to: Target;
  readonly out: string;
  readonly type?: NonNullable<ExportFlags["type"]>;
};

/** `aha export`: a model, or what a run recorded, for other programs. */
export function addExportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("export")
    .description(
      "Writes a model, or the trained model of a run, as other programs load it: a folder in Hugging Face's layout, or one GGUF file. Or what a run recorded: its rollouts or its figures. Or a recipe, for another engine to train by.",
    )
    .argument("<model-or-run>", `${MODEL_FORMS}; or a file of options, for an engine`)
    .addOption(
      new Option(
        "--to <what>",
        "of a model: hf (a folder), gguf (one file), ollama (a folder with a GGUF file and a Modelfile), adapter (what a run with --lora trained); of a run: jsonl or parquet (its rollouts), csv or tensorboard (its figures); of a run or a file of options: trl, verl or prime-rl (its recipe, for that engine)",
      )
        .choices([...Object.keys(USES), ...Object.keys(RUN_USES), ...RECIPE_ENGINES])
        .makeOptionMandatory(),
    )
    .requiredOption("--out <path>", "where it is written; nothing may be there", nonEmpty)
    .addOption(
      new Option(
        "--type <type>",
        "how weights are stored; q8_0 in GGUF files alone (default: f32, bit for bit)",
      ).choices(["f32", "f16", "bf16", "q8_0"]),
    );
  addCommonFlags(command);
  addExamples(command, [
    ["aha export runs/first --to hf --out first", "a folder that transformers loads"],
    ["aha export runs/first --to gguf --out first.gguf", "a file that llama.cpp and Ollama load"],
    ["aha export runs/first --to ollama --type q8_0 --out first-ollama", "a folder that Ollama makes a model of"],
    ["aha export small.Q4_1.gguf --to hf --out small --type bf16", "a quantised model as a folder to train"],
    ["aha export runs/first --to parquet --out first.parquet", "every rollout, for pandas or DuckDB"],
    ["aha export runs/first --to tensorboard --out board/first", "the figures, for TensorBoard"],
    [
      "aha export recipe.json --to trl --out recipe-trl",
      "what --print-config printed, for TRL; aha import reads it back",
    ],
  ]);
  command.action(async (from: string, flags: Flags) => {
    const { json: _json, quiet: _quiet, to, out, type } = flags;
    const report = createReport(context.host, flags);
    if ((isOfRun(to) || isEngine(to)) && type !== undefined)
      throw new OptionError(`Expected \`type\` for a model alone, got it with --to ${to}; leave it out.`);
    if (isEngine(to)) {
      const written = await watched(context, flags, "Stopping when the recipe is written.", (watch) =>
        context.compositions.exportRecipe({ recipe: from, to, out }, watch),
      );
      if (written === null) return;
      report.say(recipeText(written));
      return report.result(written);
    }
    if (isOfRun(to)) {
      const summary = await context.compositions.exportRun({ run: from, to, out });
      report.say(runExportText(summary));
      return report.result(summary);
    }
    const options = { to, out, ...(type === undefined ? {} : { type }) };
    const summary = await watched(context, flags, "Stopping when the model is written.", (watch) =>
      context.compositions.export({ ...options, model: from }, watch),
    );
    if (summary === null) return;
    const notes = summary.notes.map((note) => inFlags(note, context.flags));
    report.say(exportText({ ...summary, notes }));
    report.result(summary);
  });
}
