import { integerOption } from "../../../errors.ts";
import type { PlaygroundEvent, PlaygroundQuestion } from "../../api.ts";
import { ReaderError } from "../readers/reader-error.ts";
import { readerProgram, ReaderProcess, type ReaderAnswer, type ReaderWords } from "../readers/reader-process.ts";
import { RequestError } from "../request-error.ts";
import type { RunFolders } from "../run-folders.ts";
import { modelsStamp } from "./own-models.ts";
import { PLAYGROUND_LIMITS, playgroundMegabytes } from "./playground-limits.ts";

/** What may be chosen of the playground. */
export interface PlaygroundChoice {
  /** Megabytes of resident memory of its process; half of the machine's where absent. */
  readonly megabytes?: number;
  /** Seconds without a question after which it ends. */
  readonly idleSeconds?: number;
}

/** The process with the models of a run. */
interface OpenModels {
  readonly run: string;
  /** Its models, as they were when it began. */
  readonly stamp: string;
  readonly process: ReaderProcess;
}

/**
 * The models that the page asks: those of one run at a time, in a process of their own that starts with the first
 * question and ends when nothing is asked for a while. It answers one question at a time.
 */
export class PlaygroundModels {
  private readonly megabytes: number;
  private readonly idleSeconds: number;
  private open: OpenModels | null = null;
  private busy = false;
  private idle: NodeJS.Timeout | undefined;

  /** @throws OptionError for a choice that is none */
  constructor(
    private readonly folders: RunFolders,
    private readonly onMistake: (error: Error) => void,
    { megabytes = playgroundMegabytes(), idleSeconds = PLAYGROUND_LIMITS.idleSeconds }: PlaygroundChoice = {},
  ) {
    this.megabytes = integerOption("playground.megabytes", megabytes, 1);
    this.idleSeconds = idleSeconds;
  }

  /**
   * Asks both models of a run; the answer is told line by line.
   *
   * @throws RequestError where there is no such run or another question is being answered, ReaderError where the
   *   process can't begin
   */
  async ask(run: string, question: PlaygroundQuestion): Promise<ReaderAnswer> {
    const folder = this.folders.folderOf(run);
    if (this.busy)
      throw new RequestError(429, "Another question is being answered; stop that one, or wait until it is.");
    this.busy = true;
    clearTimeout(this.idle);
    const { answerSeconds, silentSeconds } = PLAYGROUND_LIMITS;
    // The models end by themselves before that, unless they can't.
    const limit = setTimeout(() => void this.kill(tooLong(answerSeconds)), (answerSeconds + silentSeconds) * 1000);
    const done = (): void => {
      clearTimeout(limit);
      this.busy = false;
      this.idle = setTimeout(() => void this.kill(), this.idleSeconds * 1000).unref();
    };
    try {
      const path = `/api/runs/${encodeURIComponent(run)}/playground`;
      const models = await this.modelsOf(run, folder);
      const answer = await models.ask({ path, gzip: false, body: JSON.stringify(question) }, silentSeconds);
      return { ...answer, body: told(answer.body, done) };
    } catch (error) {
      done();
      throw error;
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    await this.kill();
    clearTimeout(this.idle);
  }

  /** The process of a run's models as they are now; that of another run, or of models that were replaced, ends. */
  private async modelsOf(run: string, folder: string): Promise<ReaderProcess> {
    const stamp = modelsStamp(folder);
    const { open } = this;
    if (open?.process.alive === true && open.run === run && open.stamp === stamp) return open.process;
    await this.kill();
    const program = [readerProgram("playground"), String(this.megabytes)];
    const settings = { program, place: this.folders.place, onMistake: this.onMistake, says: wordsOf(this.megabytes) };
    const process = new ReaderProcess(settings, PLAYGROUND_LIMITS.heapMegabytes);
    this.open = { run, stamp, process };
    return process;
  }

  private async kill(error?: ReaderError): Promise<void> {
    await this.open?.process.kill(error);
    this.open = null;
  }
}

function wordsOf(megabytes: number): ReaderWords {
  return {
    ended: `The process of the models ended in the middle: it took more than the ${megabytes} MiB that it may, or failed; a smaller model, or \`aha serve\` beside the dashboard, goes further.`,
    late: (seconds) => `The models gave no sign for ${seconds} s, so their process was ended; ask again.`,
  };
}

function tooLong(seconds: number): ReaderError {
  return new ReaderError(`The models took longer than ${seconds} s, so their process was ended; ask for fewer tokens.`);
}

/** A body whose end is noticed, and which tells in its last line where it breaks off. */
function told(body: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  const pieces = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const piece = await pieces.read();
          if (!piece.done) return controller.enqueue(piece.value);
        } catch (error) {
          const event: PlaygroundEvent = { kind: "failed", message: (error as Error).message };
          controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
        }
        controller.close();
        done();
      },
      cancel: async () => {
        done();
        await pieces.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}
