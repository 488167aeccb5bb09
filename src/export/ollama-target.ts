import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openTemplate, type AskedTask } from "../asking/model-template.ts";
import { AhaError, CheckpointError, TokenizerError } from "../errors.ts";
import { openTaskOfRun } from "../evaluation/open-subject.ts";
import { renderChats } from "../formats/chat/render-chat.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { saveGguf } from "../formats/gguf/save-gguf.ts";
import { endTokenIds } from "../model/model-config.ts";
import type { ChatMessage } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";
import type { RunConfig } from "../store/index.ts";
import { readRunConfig } from "../store/open-run.ts";
import { beginToken } from "../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import { checkNewFolder } from "./check-out.ts";
import type { ExportTarget } from "./export-target.ts";
import { OWN_TEMPLATE } from "../training/run-values.ts";
import { trainedSampling } from "./trained-sampling.ts";

const MODEL = "model.gguf";
/** R1's, where a model wasn't trained at another (arXiv:2501.12948, section 3). */
const USUAL = { temperature: 0.6, top_p: 0.95 };
/** What stands for a text in what the template writes. */
const [SYSTEM, PROMPT, RESPONSE] = ["system 7f3a9c1e", "prompt 2b8d4e6f", "response 5c0a1d3b"] as const;

/** A folder that `ollama create -f Modelfile` makes a model of: a GGUF file, and how the model is asked. */
export const ollamaTarget: ExportTarget = {
  check: (_source, { out }) => checkNewFolder("ollama", out),

  async write(checkpoint, { name, run }, { out, type }) {
    const { config, parameters, tokenizer } = checkpoint;
    const { template, notes } = await ollamaTemplate(checkpoint, run);
    const modelfile = modelfileText(checkpoint, template, {
      ...USUAL,
      ...trainedSampling(run),
    });
    await mkdir(out, { recursive: true });
    const [model, file] = [join(out, MODEL), join(out, "Modelfile")];
    await saveGguf(model, { config, parameters, tokenizer, type, name });
    await writeFile(file, modelfile);
    return { files: [model, file], parameters: parameters.length, notes };
  },
};

function modelfileText(
  { config, tokenizer }: Checkpoint,
  template: string,
  sampling: Readonly<Record<string, unknown>>,
): string {
  const stops = endTokenIds(config).flatMap((id) => tokenizer.idToToken(id) ?? []);
  const settings = ["temperature", "top_p", "top_k"].flatMap((name) =>
    sampling[name] === undefined ? [] : [`PARAMETER ${name} ${JSON.stringify(sampling[name])}`],
  );
  return [
    `FROM ./${MODEL}`,
    `TEMPLATE """${template}"""`,
    ...[...new Set(stops)].map((stop) => `PARAMETER stop ${JSON.stringify(stop)}`),
    ...settings,
    `PARAMETER num_ctx ${config.maxPositions}`,
    "",
  ].join("\n");
}

/** The text of a Modelfile's TEMPLATE, and what it doesn't say. */
interface OllamaTemplate {
  readonly template: string;
  readonly notes: readonly string[];
}

/**
 * How a model is asked, in the words of Ollama's templates: as the run was trained, or by the model's chat template
 * with what a system text and earlier turns put around it.
 */
async function ollamaTemplate(checkpoint: Checkpoint, run: string | null): Promise<OllamaTemplate> {
  const recorded: RunConfig = run === null ? { kind: "" } : readRunConfig(run);
  const { template: choice, system, thinking } = recorded;
  const how = {
    ...(typeof system === "string" ? { system } : {}),
    ...(thinking === false ? { thinking } : {}),
  };
  const named = typeof choice === "string" && choice !== OWN_TEMPLATE ? choice : "";
  const { task, notes } = await askedTask(run);
  if (choice === OWN_TEMPLATE)
    notes.push("The run was asked by a template of a program's own, which is left out: write it into the Modelfile.");
  const { name, template, unshown } = await openTemplate(checkpoint, named, task, how);
  if (unshown !== null) notes.push(unshown);
  // Ollama begins a text as the GGUF file says.
  const begin = beginToken(checkpoint.tokenizer);
  const problem: Problem = {
    id: "",
    split: "heldOut",
    question: PROMPT,
    compactQuestion: PROMPT,
    difficulty: 0,
    data: null,
  };
  const trained = run !== null || name !== "chat";
  const asked = trained ? template(problem) : await rendered(checkpoint, [user()]);
  const plain = withoutBegin(asked ?? template(problem), begin);
  const after = name === "chat" ? await afterAnswer(checkpoint) : "";
  const told = trained ? undefined : await rendered(checkpoint, [{ role: "system", content: SYSTEM }, user()]);
  const whole =
    told?.includes(SYSTEM) === true
      ? `{{ if .System }}${goText(withoutBegin(told, begin))}{{ else }}${goText(plain)}{{ end }}`
      : goText(plain);
  const text = `${whole}{{ .Response }}${goText(after)}`;
  if (!text.includes('"""')) return { template: text, notes };
  throw new CheckpointError('Expected a template without """ to write a Modelfile, got one with it; write `to` gguf.');
}

/** What of a run's task decides how its model is asked, its worked examples among it. */
async function askedTask(run: string | null): Promise<{ readonly task: AskedTask; readonly notes: string[] }> {
  try {
    return { task: (run === null ? null : await openTaskOfRun(run)) ?? {}, notes: [] };
  } catch (error) {
    if (!(error instanceof AhaError)) throw error;
    const left = "Worked examples and the form of an answer, where the run's task has them, are left out";
    return { task: {}, notes: [`${left}, as the task isn't opened: ${error.message}`] };
  }
}

function user(): ChatMessage {
  return { role: "user", content: PROMPT };
}

/** A conversation by the chat template; undefined where it refuses it. */
async function rendered(
  { tokenizer }: Checkpoint,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean = true,
): Promise<string | undefined> {
  const chat = chatTemplateOf(tokenizer)!;
  const texts = await renderChats(chat, [messages], { addGenerationPrompt }).catch((error: unknown) =>
    error instanceof TokenizerError ? [] : Promise.reject(error as Error),
  );
  return texts[0];
}

/** What the chat template writes after an answer, before the next turn. */
async function afterAnswer(checkpoint: Checkpoint): Promise<string> {
  const text = await rendered(checkpoint, [user(), { role: "assistant", content: RESPONSE }], false);
  return text?.split(RESPONSE)[1] ?? "";
}

function withoutBegin(text: string, begin: string): string {
  return begin !== "" && text.startsWith(begin) ? text.slice(begin.length) : text;
}

/** A text in Go's template language, with the places where Ollama puts its own. */
function goText(text: string): string {
  return text
    .replaceAll("{{", '{{ "{{" }}')
    .replaceAll(SYSTEM, () => "{{ .System }}")
    .replaceAll(PROMPT, () => "{{ .Prompt }}");
}
