import { useEffect, useRef, useState } from "preact/hooks";
import type { PlaygroundEvent, PlaygroundQuestion } from "../../api.ts";
import { postForLines, runPath } from "./api-client.ts";
import { noAnswers, withEvent, type SideAnswers } from "./side-answers.ts";

/** Milliseconds between two looks of the page at what has come: a token may come every few of them. */
const DRAWN_EVERY = 60;

/** Both models of a run at work on a question. */
export interface AskedModels {
  /** Null before the first question. */
  readonly answers: SideAnswers | null;
  readonly state: "idle" | "answering" | "answered" | "stopped";
  ask(question: PlaygroundQuestion): void;
  stop(): void;
}

/** Asks both models of a run, one question at a time; what they write is there as it comes. */
export function useSideAnswers(run: string): AskedModels {
  const [shown, setShown] = useState<Pick<AskedModels, "answers" | "state">>({ answers: null, state: "idle" });
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), [run]);

  async function work(question: PlaygroundQuestion, { signal }: AbortController): Promise<void> {
    let answers = noAnswers(question.n);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      if (!signal.aborted) setShown({ answers, state: "answering" });
    };
    draw();
    try {
      await postForLines<PlaygroundEvent>(
        runPath(run, "playground"),
        question,
        (event) => {
          answers = withEvent(answers, event);
          timer ??= setTimeout(draw, DRAWN_EVERY);
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) answers = withEvent(answers, { kind: "failed", message: (error as Error).message });
    }
    clearTimeout(timer);
    setShown({ answers, state: signal.aborted ? "stopped" : "answered" });
  }

  return {
    ...shown,
    ask(question) {
      asking.current?.abort();
      asking.current = new AbortController();
      void work(question, asking.current);
    },
    stop: () => asking.current?.abort(),
  };
}
