import type { SourceExample, TrainingExample } from "../data/training-example.ts";
import { show } from "../errors.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import { completionAfter, type ChatMessage } from "../prompts/index.ts";
import { beginToken } from "../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../tokenizer/chat-template.ts";
import type { AskingOptions } from "./asking-options.ts";
import { openTemplate, withBegin, type ModelTemplate } from "./model-template.ts";
import { renderChats } from "../formats/chat/render-chat.ts";

type Model = Pick<Checkpoint, "config" | "tokenizer" | "folder">;

/** Examples as they are learnt, and in one sentence in which form. */
export interface RenderedExamples {
  readonly examples: readonly TrainingExample[];
  readonly note: string;
}

/** What is rendered by one process: conversations, and characters in all. */
const MOST_AT_ONCE = 1000;
const MOST_CHARACTERS = 4e6;

/**
 * Examples with their prompts written as the model reads them: turns by its chat template, up to where the assistant's
 * turn begins, or by its text template where it doesn't converse; prompts that are texts stay as they are.
 *
 * @param template as `openTemplate` takes it, and what is asked beside it
 * @param from what the examples were read from, in words
 * @throws TokenizerError for a chat template that refuses a conversation
 */
export async function renderExamples(
  sources: readonly SourceExample[],
  model: Model,
  { template: choice, ...asking }: Partial<AskingOptions> & { readonly template: string },
  from: string,
): Promise<RenderedExamples> {
  const tagged = sources.filter(({ completion }) => completion.includes("<answer>")).length * 2 > sources.length;
  // A prompt that asks for tags is for completions that have them.
  const how = await openTemplate(model, choice, tagged ? {} : { answerForm: "as it stands" }, asking);
  const turns = sources.filter(({ prompt }) => typeof prompt !== "string");
  const written = await writtenPrompts(turns, model, { ...how, asking });
  let next = 0;
  const inTurns =
    turns.length > 0 ? 0 : sources.filter(({ prompt }) => typeof prompt === "string" && isWritten(prompt, how)).length;
  const bos = how.name === "chat" ? beginToken(model.tokenizer) : how.bos;
  const examples = sources.map((source): TrainingExample => {
    const { prompt, completion, problemId } = source;
    const id = problemId === undefined ? {} : { problemId };
    if (typeof prompt === "string") {
      const whole = how.name === "chat" && isWritten(prompt, how) ? prompt : withBegin(bos, prompt);
      return { prompt: whole, completion, ...id };
    }
    const asked = written[next++]!;
    return { prompt: asked, completion: joined(asked, completion, how), ...id };
  });
  return { examples, note: formNote({ from, turns: turns.length, inTurns, all: sources.length }, how) };
}

function writtenPrompts(
  examples: readonly SourceExample[],
  model: Model,
  how: ModelTemplate & { readonly asking: Partial<AskingOptions> },
): Promise<string[]> | string[] {
  const conversations = examples.map(({ prompt }) => prompt as readonly ChatMessage[]);
  return how.name === "chat"
    ? rendered(conversations, model, how.asking)
    : conversations.map((turns) => asText(turns, how));
}

/** @param asking a system message for the conversations that have none, and whether the model is to think */
async function rendered(
  given: readonly (readonly ChatMessage[])[],
  model: Model,
  { system = "", thinking = true }: Partial<AskingOptions>,
): Promise<string[]> {
  const template = chatTemplateOf(model.tokenizer)!;
  const conversations = given.map((turns): readonly ChatMessage[] =>
    system === "" || turns[0]?.role === "system" ? turns : [{ role: "system", content: system }, ...turns],
  );
  const texts: string[] = [];
  while (texts.length < conversations.length) {
    const chunk: (readonly ChatMessage[])[] = [];
    let characters = 0;
    for (const turns of conversations.slice(texts.length, texts.length + MOST_AT_ONCE)) {
      characters += turns.reduce((sum, { content }) => sum + content.length, 0);
      if (chunk.length > 0 && characters > MOST_CHARACTERS) break;
      chunk.push(turns);
    }
    texts.push(...(await renderChats(template, chunk, thinking ? {} : { enableThinking: false })));
  }
  return texts;
}

/** Turns in a template for one question: earlier ones stand before it, each after its role. */
function asText(turns: readonly ChatMessage[], { template }: ModelTemplate): string {
  const [only] = turns;
  const words = { system: "System", user: "User", assistant: "Assistant" } as const;
  const question =
    turns.length === 1 ? only!.content : turns.map(({ role, content }) => `${words[role]}: ${content}`).join("\n\n");
  return template({ id: "", split: "train", question, compactQuestion: question, difficulty: 0.5, data: null });
}

/** A completion after its prompt: a thinking that the prompt opened isn't opened again. */
function joined(prompt: string, completion: string, { name }: ModelTemplate): string {
  const text = completionAfter(prompt, completion);
  const apart = name === "chat" || name === "compact" || /\s$/.test(prompt) || /^\s/.test(text);
  return apart ? text : ` ${text}`;
}

/** Whether a prompt ends as the model's chat template ends those that it writes. */
function isWritten(prompt: string, { name, frame }: ModelTemplate): boolean {
  if (name !== "chat") return false;
  const [, end = ""] = frame("\0").split("\0");
  return end.trim() !== "" && prompt.trimEnd().endsWith(end.trim());
}

interface Counted {
  readonly from: string;
  readonly turns: number;
  /** Prompts that are texts in the chat template's form. */
  readonly inTurns: number;
  readonly all: number;
}

function formNote({ from, turns, inTurns, all }: Counted, { name }: ModelTemplate): string {
  const asked = name === "chat" ? "the model's chat template" : `the template ${templateWord(name)}`;
  const learns = `Learns ${all} completions from ${from}:`;
  if (turns > 0) return `${learns} prompts are learnt, and questions asked, in ${asked}.`;
  if (name !== "chat" || inTurns === all)
    return `${learns} prompts are learnt as they stand; questions are asked in ${asked}.`;
  return `${learns} prompts are learnt as they stand (${all - inTurns} of them not in the model's chat template, in which it is asked); give them as \`messages\`, or as \`question\` and \`answer\`, to learn them in it.`;
}

function templateWord(name: string): string {
  return name.includes("{question}") ? "of your own" : show(name);
}
