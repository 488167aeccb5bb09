import { renderChats } from "../formats/chat/render-chat.ts";
import { TokenizerError } from "../errors.ts";
import type { ChatMessage, ChatOptions, ChatTemplate } from "../prompts/index.ts";

/** A conversation that waits to be written by the template. */
interface Waiting {
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions;
  resolve(prompt: string): void;
  reject(reason: unknown): void;
}

/** Conversations that one process is given. */
const MOST_TOGETHER = 64;

/**
 * Writes conversations by a model's chat template. Each process that runs the template costs its start: those that come
 * while one is at work go to the next one together.
 */
export class ChatPrompts {
  private readonly waiting: Waiting[] = [];
  private busy = false;

  constructor(private readonly template: ChatTemplate) {}

  /** @throws TokenizerError where the template refuses the conversation or can't be used */
  write(messages: readonly ChatMessage[], options: ChatOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ messages, options, resolve, reject });
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const { enableThinking } = first.options;
      const together = this.waiting
        .filter(({ options }) => options.enableThinking === enableThinking)
        .slice(0, MOST_TOGETHER);
      for (const one of together) this.waiting.splice(this.waiting.indexOf(one), 1);
      await this.render(together);
    }
    this.busy = false;
  }

  /** Where one of several is refused, each is tried alone: nobody fails by another's conversation. */
  private async render(together: readonly Waiting[]): Promise<void> {
    try {
      const prompts = await renderChats(
        this.template,
        together.map(({ messages }) => messages),
        together[0]!.options,
      );
      together.forEach(({ resolve }, i) => resolve(prompts[i]!));
    } catch (error) {
      if (together.length > 1 && error instanceof TokenizerError) {
        for (const one of together) await this.render([one]);
      } else for (const { reject } of together) reject(error);
    }
  }
}
