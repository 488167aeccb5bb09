import { spawn } from "node:child_process";
import { printableLine } from "../text/printable.ts";
import { boundChild, type ChildBounds } from "./bound-child.ts";
import { environmentWithoutSecrets } from "./child-environment.ts";

/** A program of ours that is asked one thing in a process of its own. */
export interface AskedProcess<Request, News> extends ChildBounds {
  /** Node's arguments (`programArguments`). */
  readonly program: readonly string[];
  readonly request: Request;
  /** This process's, without secrets, where absent. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes what it tells, as it tells it. */
  readonly onNews: (news: News) => void;
}

/** How it ended. */
export interface ProcessEnd {
  /** Why it didn't come to its end, in one line; null where it did. */
  readonly problem: string | null;
  /** The beginning of what it wrote to standard error. */
  readonly log: string;
}

/** What passes from it to this process. */
type Told<News> = { readonly news: News } | { readonly done: true } | { readonly failed: string };

const MOST_LOG = 65_536;

/**
 * Asks a program in a process of its own, which may end as it likes: by an error, by a native library that takes it
 * down, or by us when its time is over.
 *
 * @throws what the signal was aborted with
 */
export async function askProcess<Request extends object, News>(
  asked: AskedProcess<Request, News>,
): Promise<ProcessEnd> {
  const { program, request, environment = environmentWithoutSecrets(), seconds, signal, onNews } = asked;
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [...program], {
    env: { ...environment },
    windowsHide: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const bound = boundChild(child, { seconds, signal });
  let log = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (log += text.slice(0, MOST_LOG - log.length)));
  const problem = await new Promise<string | null>((resolve) => {
    child.on("message", (told: Told<News>) => {
      if ("news" in told) onNews(told.news);
      else resolve("done" in told ? null : printableLine(told.failed));
    });
    child.once("error", (error) => resolve(`its process doesn't start: ${error.message}`));
    child.once("close", (code, name) =>
      resolve(
        bound.isLate ? `it took longer than ${seconds} s` : `its process was ended (${name ?? `exit code ${code}`})`,
      ),
    );
    // Where it doesn't start or is gone, that is told above.
    child.send(request, () => undefined);
  });
  bound.release();
  bound.end();
  signal?.throwIfAborted();
  return { problem, log };
}

/** The program's side: answers the one request. Where the process that asked is gone, it ends at its next news. */
export function answerAsked<Request, News>(
  work: (request: Request, tell: (news: News) => void) => Promise<void>,
): void {
  const send = (told: Told<News>): void => {
    if (process.connected) process.send!(told);
  };
  const tell = (news: News): void => {
    if (!process.connected) throw new Error("The process that asked is gone.");
    send({ news });
  };
  process.once("message", (request: Request) => {
    void work(request, tell).then(
      () => send({ done: true }),
      (error: Error) => send({ failed: error.message }),
    );
  });
}
