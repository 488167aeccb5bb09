import { execFile, type ExecFileException } from "node:child_process";
import { TokenizerError } from "../../errors.ts";
import { childEnvironment } from "../../host/child-environment.ts";
import { programArguments } from "../../host/open-thread.ts";
import type { ChatMessage, ChatOptions, ChatTemplate } from "../../prompts/index.ts";
import type { RenderAnswer, RenderRequest } from "./chat-template-process.ts";

/** What a template may take for all conversations of a call. Real ones take a millisecond and a few megabytes. */
const SECONDS = 10;
const MEGABYTES = 128;

/**
 * Writes conversations by a model's chat template, in a process of its own: the template came with the model and nobody
 * has read it. One that loops is ended, and one that fills its memory can't take us along, as it would from a thread.
 *
 * @throws TokenizerError for a template that fails, doesn't end, or writes megabytes
 */
export async function renderChats(
  template: ChatTemplate,
  conversations: readonly (readonly ChatMessage[])[],
  options: ChatOptions = {},
  seconds: number = SECONDS,
): Promise<readonly string[]> {
  const answer = JSON.parse(
    await ask(JSON.stringify({ template, conversations, options } satisfies RenderRequest), seconds),
  ) as RenderAnswer;
  if ("error" in answer) throw new TokenizerError(answer.error);
  return answer.texts;
}

function ask(request: string, seconds: number): Promise<string> {
  const program = programArguments("./chat-template-process", import.meta.url);
  return new Promise((resolve, reject) => {
    const limits = { timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 2 ** 26, windowsHide: true } as const;
    const child = execFile(
      process.execPath,
      [`--max-old-space-size=${MEGABYTES}`, ...program],
      { ...limits, env: childEnvironment() },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject("syscall" in error ? error : failed(error, seconds));
      },
    );
    // A program that ended before it has read all says why by its end.
    child.stdin!.on("error", () => undefined);
    child.stdin!.end(request);
  });
}

function failed(error: ExecFileException, seconds: number): TokenizerError {
  const came =
    error.killed === true
      ? `it ran for more than ${seconds} s, or wrote megabytes`
      : `it took more than ${MEGABYTES} MB of memory`;
  return new TokenizerError(
    `Expected the model's chat template to write the conversation, but ${came}; correct the template, or use another prompt template.`,
    { cause: error },
  );
}
