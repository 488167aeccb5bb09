/**
 * The program of `TemplateProcess`: reads requests from standard input, a line of JSON each, and writes a line for each
 * with what the template makes of its conversations. It ends with its input.
 */
import { AhaError } from "../../errors.ts";
import { lineBatchesOf } from "../../host/byte-lines.ts";
import { renderChat, type ChatMessage, type ChatOptions, type ChatTemplate } from "../../prompts/chat-template.ts";

export interface RenderRequest {
  readonly template: ChatTemplate;
  readonly conversations: readonly (readonly ChatMessage[])[];
  readonly options: ChatOptions;
}

export type RenderAnswer = { readonly texts: readonly string[] } | { readonly error: string };

function answer({ template, conversations, options }: RenderRequest): RenderAnswer {
  try {
    return { texts: conversations.map((messages) => renderChat(template, messages, options)) };
  } catch (error) {
    if (error instanceof AhaError) return { error: error.message };
    throw error;
  }
}

// Ctrl-C is for the process that started this one, which lets what is asked for come to its end.
process.on("SIGINT", () => undefined);
for await (const lines of lineBatchesOf(process.stdin as AsyncIterable<Uint8Array>, Infinity, "the requests"))
  for (const { text } of lines) process.stdout.write(`${JSON.stringify(answer(JSON.parse(text!) as RenderRequest))}\n`);
