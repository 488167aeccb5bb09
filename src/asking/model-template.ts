import { OptionError, show, TokenizerError } from "../errors.ts";
import { askedBeside, type AskingOptions } from "./asking-options.ts";
import { beginToken } from "../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import {
  chatQuestion,
  checkTemplateChoice,
  findTemplate,
  questionInForm,
  readTemplate,
  type ChatMessage,
  type ChatTemplate,
  type PromptTemplate,
} from "../prompts/index.ts";
import type { Task, TaskExample } from "../tasks/index.ts";
import { renderChats } from "../formats/chat/render-chat.ts";

type Model = Pick<Checkpoint, "config" | "tokenizer" | "folder">;

/** What of a task decides how its questions are put. */
export type AskedTask = Pick<Task, "examples" | "answerForm">;

/** How a model is asked. */
export interface ModelTemplate {
  /** `compact`, `r1-zero`, `chat`, or the text of one's own: what a run's config keeps; `own` for a function. */
  readonly name: string;
  readonly template: PromptTemplate;
  /** A text as the model reads it at the start: after its BOS, or as a user's message in its chat template. */
  readonly frame: (text: string) => string;
  /** The BOS that every text gets which comes without; empty for none, and where the template has its own. */
  readonly bos: string;
  /** What of the task's worked examples its prompts leave out, in a sentence; null where they show all. */
  readonly unshown: string | null;
}

/**
 * The name of the template that a model is asked by.
 *
 * @param choice a name, a text of one's own, or nothing for what fits: `compact` for tokenizers that were made with it,
 *   `chat` for models that end their turns as their chat template does (instruct models), `r1-zero` for all others
 * @throws OptionError for an unknown name, or one that the model's tokenizer can't be asked by
 */
export function templateNameFor(model: Model, choice: string = ""): string {
  checkTemplateChoice(choice);
  const { tokenizer, folder } = model;
  if (choice === "chat" && chatTemplateOf(tokenizer) === undefined)
    throw new OptionError(
      `Expected the tokenizer of ${folder} to have a chat template, as \`template\` is chat, got none, or several and none called default; use r1-zero.`,
    );
  if (choice === "compact" && tokenizer.tokenToId("<bos>") === undefined)
    throw new OptionError(
      `Expected the tokenizer of ${folder} to have the token <bos>, as \`template\` is compact, got one without; use r1-zero.`,
    );
  if (choice !== "") return choice;
  if (
    ["<think>", "<answer>", ":"].every((word) => tokenizer.tokenToId(word) !== undefined) &&
    tokenizer.vocabSize < 1000
  )
    return "compact";
  return conversesInTurns(model) ? "chat" : "r1-zero";
}

/** Base models may come with a chat template too, but they end at another token than its turns do. */
function conversesInTurns({ config, tokenizer }: Model): boolean {
  const text = chatTemplateOf(tokenizer)?.text;
  if (text === undefined) return false;
  return text.includes("eos_token") || config.eosTokenIds.some((id) => text.includes(tokenizer.idToToken(id) ?? "\0"));
}

/**
 * Opens the template that `templateNameFor` names.
 *
 * @param choice as there, or a function that makes a prompt from a problem; the model's BOS is put before it
 * @param task its examples are earlier turns in a chat, which show the form of an answer in the place of a description;
 *   else the prompt asks for the form in which its answers are looked for
 * @param how what only chat templates know
 * @throws TokenizerError for a chat template that can't be used; OptionError where `how` is said to another template
 */
export async function openTemplate(
  model: Model,
  choice: string | PromptTemplate = "",
  { examples = [], answerForm }: AskedTask = {},
  how: Partial<AskingOptions> = {},
): Promise<ModelTemplate> {
  const beside = askedBeside(how);
  const named = typeof choice === "function" ? "own" : templateNameFor(model, choice);
  if (named !== "chat") refuseBeside(beside, named, model.folder);
  // What a function of one's own shows is for its writer to know.
  if (typeof choice === "function")
    return framed(model, { name: "own", template: checkedPrompts(choice), unshown: null });
  const unshown = named === "chat" ? null : unshownBy(named, examples);
  const name = named;
  if (name === "compact") return { name, template: findTemplate(name), frame: (text) => text, bos: "", unshown };
  if (name === "chat") {
    const chat = chatTemplateOf(model.tokenizer)!;
    if (beside.thinking === false && !KNOWS_THINKING.test(chat.text))
      throw new OptionError(
        `Expected the chat template of ${model.folder} to know \`enable_thinking\`, as \`thinking\` is false, got one without; leave \`thinking\` out.`,
      );
    const frame = await chatFrame(chat, [], beside);
    if (examples.length === 0)
      return { name, template: ({ question }) => frame(chatQuestion(question, answerForm)), frame, bos: "", unshown };
    const after = await chatFrame(chat, examples, beside);
    return { name, template: ({ question }) => after(question), frame, bos: "", unshown: cutOf(examples, after("")) };
  }
  const template = name === "r1-zero" ? textTemplate(answerForm) : readTemplate(name, "`template`");
  return framed(model, { name, template, unshown });
}

/** @param template a name, or a text of one's own, which may show the examples itself */
function unshownBy(template: string, examples: readonly TaskExample[]): string | null {
  const left = examples.filter(({ completion }) => !template.includes(completion.trim())).length;
  if (left === 0) return null;
  const name = ["compact", "r1-zero"].includes(template) ? template : "of your own";
  return `The template ${name} leaves out ${left} of the task's ${examples.length} worked examples: only chat templates show them, as earlier turns.`;
}

/** Chat templates of models that always think strip the thinking of earlier turns. */
function cutOf(examples: readonly TaskExample[], prompt: string): string | null {
  const cut = examples.filter(({ completion }) => !prompt.includes(completion.trim())).length;
  if (cut === 0) return null;
  return `The model's chat template cuts ${cut} of the task's ${examples.length} worked examples, as those do that strip earlier thinking: the model is shown another form than it is to write. Write the examples into a \`template\` of your own, or leave their thinking out.`;
}

/** R1-Zero's prompt; a question and its form alone where answers aren't looked for in tags. */
function textTemplate(answerForm: string | undefined): PromptTemplate {
  const tagged = findTemplate("r1-zero");
  return (problem) => {
    const inForm = questionInForm(problem.question, answerForm);
    return inForm === null ? tagged(problem) : `User: ${inForm}\n\nAssistant:`;
  };
}

/** Names by which templates ask whether to think: Qwen3's and GLM's, and DeepSeek's and Granite's. */
const KNOWS_THINKING = /\b(enable_)?thinking\b/;

function refuseBeside(beside: Partial<AskingOptions>, template: string, folder: string): void {
  const [name] = Object.keys(beside);
  if (name === undefined) return;
  const came = ["compact", "r1-zero"].includes(template) ? template : "one of your own";
  throw new OptionError(
    `Expected the template chat for ${folder}, as \`${name}\` is given, got ${came}; leave \`${name}\` out, or write it into a template of your own.`,
  );
}

function framed(
  model: Model,
  { template, ...asked }: Pick<ModelTemplate, "name" | "template" | "unshown">,
): ModelTemplate {
  const bos = beginToken(model.tokenizer);
  const frame = (text: string): string => withBegin(bos, text);
  return { ...asked, template: (problem) => frame(template(problem)), frame, bos };
}

function checkedPrompts(template: PromptTemplate): PromptTemplate {
  return (problem) => {
    const prompt: unknown = template(problem);
    if (typeof prompt === "string" && prompt !== "") return prompt;
    throw new OptionError(
      `Expected \`template\` to make a text of every problem, got ${show(prompt)} for ${show(problem.id)}; correct the function.`,
    );
  };
}

/** A text after its BOS, once. */
export function withBegin(bos: string, text: string): string {
  return text.startsWith(bos) ? text : bos + text;
}

/** Messages that a template would show if it changed what users write; they differ in length too. */
const PROBES: readonly string[] = [
  "probe 7f3a",
  'probe 9c1e: is "2 + 2 < 5" true?\nYes & no, {{ x }} <think> </think>',
];
/** One that many templates trim. */
const PADDED = " \nprobe 7f3a\n ";

/**
 * What a chat template puts around a user's message. Rendering it once is enough then, and the thousands of prompts of
 * a run need no process of their own.
 *
 * @param examples turns that come before the message
 */
async function chatFrame(
  template: ChatTemplate,
  examples: readonly TaskExample[],
  { system, thinking }: Partial<AskingOptions>,
): Promise<(message: string) => string> {
  const turns = examples.flatMap(({ question, completion }): ChatMessage[] => [
    { role: "user", content: question },
    { role: "assistant", content: completion },
  ]);
  const earlier: ChatMessage[] = [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    ...turns,
  ];
  const texts = await renderChats(
    template,
    [...PROBES, PADDED].map((content) => [...earlier, { role: "user", content }]),
    thinking === undefined ? {} : { enableThinking: thinking },
  );
  const [first, second] = PROBES.map((probe, i) => texts[i]!.split(probe));
  const [before, after] = first!;
  if (
    before === undefined ||
    after === undefined ||
    JSON.stringify(first) !== JSON.stringify(second) ||
    first!.length !== 2
  ) {
    throw new TokenizerError(
      "Expected the model's chat template to show the user's message once and as it is, got it changed, repeated or left out; use another prompt template.",
    );
  }
  const trims = texts.at(-1) === texts[0];
  return (message) => `${before}${trims ? message.trim() : message}${after}`;
}
