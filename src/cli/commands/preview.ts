import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { Preview, PreviewFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, type CommonFlags } from "../flags.ts";
import { inFlags } from "../flag-names.ts";
import { addFlagsOf, givenAsking } from "../option-flags.ts";
import { PREVIEW } from "../../evaluation/preview-options.ts";
import { indented } from "../../text/format.ts";
import { printable, printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

type Prompt = Preview["prompts"][number];

function tokenLines(tokens: Prompt["tokens"]): string {
  const width = Math.max(0, ...tokens.map(({ id }) => String(id).length));
  return tokens
    .map(
      ({ id, piece, special }) =>
        `${String(id).padStart(width)}  ${special ? `${printableLine(piece)}  special` : `"${printableLine(piece)}"`}`,
    )
    .join("\n");
}

function promptText({ problem, text, tokens, room }: Prompt): string {
  const left =
    room < 1
      ? `too long for the model's context by ${1 - room} with the first token of a completion`
      : `${room} left for the completion`;
  return [
    `${printableLine(problem)}: ${tokens.length} tokens, ${left}`,
    indented(printable(text), "  | "),
    indented(tokenLines(tokens)),
  ].join("\n");
}

/** Prompts as a model reads them, token by token. */
export function previewText({ template, task, unshown, prompts }: Preview): string {
  const name = template.includes("{question}") ? "of one's own" : template;
  const head = [`Task ${printableLine(task)}, template ${name}.`, ...(unshown === null ? [] : [unshown])];
  return [head.join("\n"), ...prompts.map(promptText)].join("\n\n");
}

/** `aha preview`: the exact prompt and its tokens. */
export function addPreviewCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("preview")
    .description(
      "Prints the prompts that training and evaluation give a model: the text, then each token with its id; special tokens are marked.",
    )
    .argument("<model-or-run>", MODEL_FORMS);
  addFlagsOf(command, PREVIEW);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha preview runs/first", "what the trained model of a run is asked"],
    ["aha preview my-model --task arithmetic --template chat", "a task in the words of a model's chat template"],
  ]);
  command.action(async (model: string, flags: CommonFlags & Omit<PreviewFlags, "model">) => {
    const { json: _json, quiet: _quiet, ...options } = givenAsking(flags);
    const report = createReport(context.host, flags);
    const preview = await watched(context, flags, "Stopping.", (watch) =>
      context.compositions.preview({ ...options, model }, watch),
    );
    if (preview === null) return;
    const { unshown } = preview;
    report.say(previewText({ ...preview, unshown: unshown && inFlags(unshown, context.flags) }));
    report.result(preview);
  });
}
