import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { EvaluateFlags, Evaluation, TemplateFlags, TemplateStudy, TestTimeRow } from "../compositions.ts";
import { printableLine } from "../../text/printable.ts";
import { addCommonFlags, addExamples, collected, integerOf, MODEL_FORMS, type CommonFlags } from "../flags.ts";
import { addFlagsOf, givenAsking, type ShownDefaults } from "../option-flags.ts";
import { EVALUATE } from "../../evaluation/evaluate-options.ts";
import { columns, indented, percent, percentWithError, unjudgedText } from "../../text/format.ts";
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
    ["not judged", printableLine(unjudgedText(evaluation.unverifiable))],
  ].filter(([, value]) => value !== "");
  return `On ${evaluation.problems} problems, ${evaluation.samples} samples each:\n${indented(columns(rows).join("\n"))}`;
}

/** The flags that say which model answers which problems; `eval` and `sample` share them. */
export function addModelFlags(command: Command, shown: ShownDefaults = {}): Command {
  return addFlagsOf(command.argument("<model-or-run>", MODEL_FORMS), EVALUATE, shown);
}

interface StudyFlags {
  readonly templates?: boolean;
  readonly templateFile?: readonly string[];
  readonly budgets?: readonly number[];
}

function integers(text: string): readonly number[] {
  return text.split(",").map((part) => integerOf(part.trim()));
}

/** A study of templates in plain words: a table with errors, and the spread as one number. */
export function templatesText({ rows, skipped, spread, fewShotEffect }: TemplateStudy): string {
  const points = (value: number): string => `${value < 0 ? "" : "+"}${(100 * value).toFixed(1)}`;
  const table = columns([
    ["template", "kind", "right answers", "against the first", "format kept", "cut", "length"],
    ...rows.map((row) => [
      printableLine(row.name),
      row.kind,
      percentWithError(row.accuracy, row.standardError),
      `${points(row.difference)} ± ${(100 * row.differenceError).toFixed(1)}`,
      percent(row.formatShare),
      percent(row.truncatedShare),
      row.meanLength.toFixed(1),
    ]),
  ]);
  return [
    indented(table.join("\n")),
    `Spread over the zero-shot templates: ${(100 * spread).toFixed(1)} points.${fewShotEffect === null ? "" : ` Worked examples change accuracy by ${points(fewShotEffect)} points.`}`,
    ...rows.flatMap(({ name, unverifiable: { count, reasons } }) =>
      count === 0 ? [] : [`Of ${printableLine(name)}, ${printableLine(unjudgedText({ count, reasons }))}.`],
    ),
    ...skipped.map(({ name, reason }) => `Left out: ${printableLine(name)}, as ${printableLine(reason)}.`),
  ].join("\n");
}

/** Test-time compute in plain words: a row for each budget and number of samples. */
export function budgetsText(rows: readonly TestTimeRow[]): string {
  return indented(
    columns([
      ["budget", "samples", "pass@k", "majority vote"],
      ...rows.map((row) => [
        `${row.budget} tokens`,
        String(row.k),
        percent(row.passAtK),
        percentWithError(row.majorityVote, row.majorityError),
      ]),
    ]).join("\n"),
  );
}

async function studyTemplates(context: CommandContext, flags: CommonFlags, options: TemplateFlags): Promise<void> {
  const report = createReport(context.host, flags);
  const study = await watched(context, flags, "Stopping.", (watch) => context.compositions.templates(options, watch));
  if (study === null) return;
  report.say(templatesText(study));
  report.result(study);
}

async function studyBudgets(
  context: CommandContext,
  flags: CommonFlags,
  options: EvaluateFlags & { readonly budgets: readonly number[] },
): Promise<void> {
  const report = createReport(context.host, flags);
  const rows = await watched(context, flags, "Stopping.", (watch) => context.compositions.testTime(options, watch));
  if (rows === null) return;
  report.say(budgetsText(rows));
  report.result({ rows });
}

/** `aha eval`: pass@1 with its error, pass@k and majority vote from k samples a problem. */
export function addEvalCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("eval")
    .description(
      "Samples every problem k times and gives pass@1 with its standard error, pass@k, majority vote, length and self-correction.",
    );
  addModelFlags(command)
    .optionsGroup("Studies:")
    .option("--templates", "ask in several ways: the training prompt, paraphrases, worked examples, another language")
    .option(
      "--template-file <path>",
      "also ask by this template of your own, a text with {question} (again for more)",
      collected,
    )
    .option("--budgets <list>", "pass@k and majority vote by thinking budget, in tokens: 32,64,128", integers);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha eval runs/first --samples 16", "the trained model of a run"],
    ["aha eval runs/first --templates", "how much the wording of the prompt matters"],
    ["aha eval runs/first --budgets 32,64,128,256 --samples 16", "what thinking longer, and voting, are worth"],
    ["aha eval my-base --task countdown --samples 4 --seed 1 --json", "a base, for a program to read"],
  ]);
  command.action(async (model: string, flags: CommonFlags & Omit<EvaluateFlags, "model"> & StudyFlags) => {
    const { json: _json, quiet: _quiet, templates = false, templateFile = [], budgets, ...rest } = givenAsking(flags);
    if (templates || templateFile.length > 0)
      return studyTemplates(context, flags, { ...rest, model, templateFiles: templateFile });
    if (budgets !== undefined) return studyBudgets(context, flags, { ...rest, model, budgets });
    const report = createReport(context.host, flags);
    const evaluation = await watched(context, flags, "Stopping.", (watch) =>
      context.compositions.evaluate({ ...rest, model }, watch),
    );
    if (evaluation === null) return;
    report.say(evaluationText(evaluation));
    report.result({
      ...evaluationJson(evaluation),
      passAtK: evaluation.passAtK,
      majorityVote: evaluation.majorityVote,
    });
  });
}
