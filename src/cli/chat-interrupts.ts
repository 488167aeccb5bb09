import type { Host } from "./host.ts";
import { INTERRUPTED } from "./failure.ts";
import { ONE_PRESS_SECONDS } from "./interruptible.ts";

/** Ctrl-C in a conversation: it stops an answer; pressed twice with nothing said between, it quits. */
export interface ChatInterrupts {
  /** Aborts when the conversation is to end. */
  readonly quit: AbortSignal;
  /** A signal for the answer that is about to be written. */
  answering(): AbortSignal;
  /** The answer is there: the next Ctrl-C is not for it. */
  answered(): void;
  /** Something was said. */
  said(): void;
  end(): void;
}

export function watchInterrupts(host: Host): ChatInterrupts {
  const quit = new AbortController();
  let answer: AbortController | undefined;
  let pressed: number | undefined;
  const end = host.onInterrupt(() => {
    const now = host.seconds();
    if (pressed === undefined) {
      pressed = now;
      if (answer === undefined) host.error("\nPress Ctrl-C again to quit.\n");
      answer?.abort();
      return;
    }
    if (now - pressed < ONE_PRESS_SECONDS) return;
    quit.abort();
    // The engine hears of the first press only after the step that it is in.
    if (answer !== undefined) host.endAtOnce(INTERRUPTED);
  });
  return {
    quit: quit.signal,
    answering: () => (answer = new AbortController()).signal,
    answered: () => void (answer = undefined),
    said: () => void (pressed = undefined),
    end,
  };
}
