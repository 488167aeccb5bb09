/**
 * The program of `renderChats`: reads conversations from standard input as JSON, writes what the template makes of
 * them.
 */
import { text } from "node:stream/consumers";
import { AhaError } from "../../errors.ts";
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

process.stdout.write(JSON.stringify(answer(JSON.parse(await text(process.stdin)) as RenderRequest)));
