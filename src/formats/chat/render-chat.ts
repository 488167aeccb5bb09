import type { ChatMessage, ChatOptions, ChatTemplate } from "../../prompts/index.ts";
import { TemplateProcess } from "./template-process.ts";

/**
 * Writes conversations by a model's chat template, in a process of its own that ends with this call.
 *
 * @param seconds for all of them; the process's own deadline where absent
 * @throws TokenizerError for a template that fails, doesn't end, or writes megabytes
 */
export async function renderChats(
  template: ChatTemplate,
  conversations: readonly (readonly ChatMessage[])[],
  options: ChatOptions = {},
  seconds?: number,
): Promise<readonly string[]> {
  const program = new TemplateProcess(template, seconds);
  try {
    return await program.render(conversations, options);
  } finally {
    await program.stop();
  }
}
