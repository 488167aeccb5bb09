import type { ChildProcess } from "node:child_process";

export interface ChildBounds {
  /** After so many it is ended. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BoundChild {
  /** Whether it was ended since its time was over. */
  readonly isLate: boolean;
  end(): void;
  /** Nothing ends it any more. */
  release(): void;
}

/** Ends a child, by force, with this process, when its time is over, and when the signal aborts. */
export function boundChild(child: ChildProcess, { seconds, signal }: ChildBounds): BoundChild {
  let isLate = false;
  const end = (): void => void child.kill("SIGKILL");
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, seconds * 1000);
  process.once("exit", end);
  signal?.addEventListener("abort", end);
  return {
    get isLate() {
      return isLate;
    },
    end,
    release: () => {
      clearTimeout(timer);
      process.off("exit", end);
      signal?.removeEventListener("abort", end);
    },
  };
}
