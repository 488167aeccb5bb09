import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { AhaError, TokenizerError } from "../../errors.ts";
import { lineBatchesOf } from "../../host/byte-lines.ts";
import { childEnvironment } from "../../host/child-environment.ts";
import { withDeadline } from "../../host/deadline.ts";
import { programArguments } from "../../host/open-thread.ts";
import type { ChatMessage, ChatOptions, ChatTemplate } from "../../prompts/index.ts";
import type { RenderAnswer, RenderRequest } from "./chat-template-process.ts";

/** What a template may take for the conversations of a call. Real ones take a millisecond and a few megabytes. */
const SECONDS = 10;
const MEGABYTES = 128;
/** Bytes of an answer. */
const LONGEST_ANSWER = 2 ** 26;

/** A process at work. */
interface Running {
  readonly child: ChildProcess;
  readonly answers: ReturnType<typeof lineBatchesOf>;
  /** Rejects where it could not be started. */
  readonly failed: Promise<never>;
}

/**
 * A model's chat template in a process of its own: the template came with the model and nobody has read it. One that
 * loops is ended, and one that fills its memory can't take us along, as it would from a thread. The process stays for
 * the next conversations, which are written one call after the other; after one that ended it, a new one is started.
 */
export class TemplateProcess {
  private running: Running | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private stopped = false;

  /** @param seconds for each call */
  constructor(
    private readonly template: ChatTemplate,
    private readonly seconds: number = SECONDS,
  ) {}

  /**
   * Writes conversations by the template.
   *
   * @throws TokenizerError for a template that fails, doesn't end, or writes megabytes
   */
  render(conversations: readonly (readonly ChatMessage[])[], options: ChatOptions = {}): Promise<readonly string[]> {
    const texts = this.last.then(() => this.ask({ template: this.template, conversations, options }));
    this.last = texts.catch(() => undefined);
    return texts;
  }

  /** Ends the process, whatever it does. What is asked for after it fails. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.end();
    await this.last;
  }

  private async ask(request: RenderRequest): Promise<readonly string[]> {
    const answer = await this.answerTo(JSON.stringify(request));
    if ("error" in answer) throw new TokenizerError(answer.error);
    return answer.texts;
  }

  private async answerTo(request: string): Promise<RenderAnswer> {
    if (this.stopped) throw failed("its process was stopped");
    const { child, answers, failed: startFailed } = (this.running ??= this.start());
    const tooLong = `it ran for more than ${this.seconds} s, or wrote megabytes`;
    try {
      child.stdin!.write(`${request}\n`);
      const next = await withDeadline(Promise.race([answers.next(), startFailed]), this.seconds, () => {
        throw failed(tooLong);
      });
      const [line] = next.done === true ? [] : next.value;
      if (line?.whole !== true) throw failed(`it took more than ${MEGABYTES} MB of memory`);
      return JSON.parse(line.text!) as RenderAnswer;
    } catch (error) {
      this.end();
      throw error instanceof AhaError && !(error instanceof TokenizerError) ? failed(tooLong, error) : error;
    }
  }

  private start(): Running {
    const program = programArguments("./chat-template-process", import.meta.url);
    const child = spawn(process.execPath, [`--max-old-space-size=${MEGABYTES}`, ...program], {
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
      env: childEnvironment(),
    });
    const startFailed = new Promise<never>((_, reject) => child.once("error", reject));
    startFailed.catch(() => undefined);
    // A program that ended before it has read all says why by its end.
    child.stdin.on("error", () => undefined);
    const answers = lineBatchesOf(child.stdout as Readable & AsyncIterable<Uint8Array>, LONGEST_ANSWER, "an answer");
    const running = { child, answers, failed: startFailed };
    // One that ended between two calls is of no use to the next.
    child.once("exit", () => {
      if (this.running === running) this.running = undefined;
    });
    return running;
  }

  private end(): void {
    this.running?.child.kill("SIGKILL");
    this.running = undefined;
  }
}

function failed(came: string, cause?: Error): TokenizerError {
  return new TokenizerError(
    `Expected the model's chat template to write the conversation, but ${came}; correct the template, or use another prompt template.`,
    { cause },
  );
}
