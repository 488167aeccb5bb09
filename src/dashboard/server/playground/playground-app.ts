import { Hono } from "hono";
import { AhaError } from "../../../errors.ts";
import { Channel } from "../../../host/channel.ts";
import type { PlaygroundEvent, PlaygroundQuestion } from "../../api.ts";
import { explainErrors, nothingHere } from "../explain-error.ts";
import type { ParentTools } from "../readers/answer-parent.ts";
import type { RunFolders } from "../run-folders.ts";
import { askSideBySide } from "./ask-side-by-side.ts";
import { PLAYGROUND_LIMITS } from "./playground-limits.ts";
import { SideBySide } from "./side-by-side.ts";

/** Milliseconds between two signs of life. */
const SIGN = 1000;

/** The one route of the process with a run's models: both answer a question, an event a line. */
export function playgroundApp(folders: RunFolders, { onProgress, onMistake }: ParentTools): Hono {
  let models: SideBySide | undefined;
  const app = new Hono();
  app.onError(explainErrors(onMistake));
  app.notFound(nothingHere);
  app.post("/api/runs/:id/playground", async (context) => {
    // The server starts a process for each run, and checks what is asked.
    const folder = folders.folderOf(context.req.param("id"));
    models ??= new SideBySide(folder);
    const question = await context.req.json<PlaygroundQuestion>();
    const leaving = new AbortController();
    const { answerSeconds } = PLAYGROUND_LIMITS;
    const late = setTimeout(() => leaving.abort(tooLong(answerSeconds)), answerSeconds * 1000);
    const alive = setInterval(onProgress, SIGN);
    const events = new Channel<PlaygroundEvent>();
    void askSideBySide(models, question, (event) => events.push(event), leaving.signal)
      .catch((error: Error) => {
        if (!(error instanceof AhaError) && !leaving.signal.aborted) onMistake(error);
        events.push({ kind: "failed", message: error.message });
      })
      .finally(() => {
        clearTimeout(late);
        clearInterval(alive);
        events.end();
      });
    return context.body(
      linesOf(events, () => leaving.abort()),
      200,
      {
        "content-type": "application/x-ndjson",
        "cache-control": "no-store",
      },
    );
  });
  return app;
}

function tooLong(seconds: number): AhaError {
  return new AhaError(`The models took longer than ${seconds} s; ask for fewer tokens.`);
}

/** @param onLeave told where nobody wants the rest */
function linesOf(events: Channel<PlaygroundEvent>, onLeave: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const each = events[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await each.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      },
      cancel: onLeave,
    },
    { highWaterMark: 0 },
  );
}
