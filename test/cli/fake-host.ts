import type { Host } from "../../src/cli/host.ts";

export interface FakeHost extends Host {
  /** The addresses that were shown in the browser. */
  readonly browsed: readonly string[];
  /** What went to standard output and to standard error so far. */
  written(): { readonly out: string; readonly error: string };
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** The code of `endAtOnce`, if it was called. */
  ended(): number | null;
  /** Sets the clock, and calls what is due by then. */
  at(seconds: number): void;
}

/** A host that keeps what is written, for tests. */
export function fakeHost(
  options: Partial<Pick<Host, "live" | "interactive" | "colour" | "unicode" | "debug">> & {
    readonly desktop?: boolean;
    readonly input?: Promise<void>;
    readonly width?: number;
    readonly lines?: readonly string[];
  } = {},
): FakeHost {
  let out = "";
  let error = "";
  let code: number | null = null;
  let clock = 0;
  const lines = [...(options.lines ?? [])];
  const listeners = new Set<() => void>();
  const timers = new Set<{ due: number; readonly seconds: number; readonly call: () => void }>();
  const browsed: string[] = [];
  return {
    browsed,
    openBrowser: options.desktop === true ? (url) => void browsed.push(url) : null,
    firstLine: () => Promise.resolve(lines.shift() ?? ""),
    inputEnd: () => options.input ?? new Promise(() => undefined),
    out: (text) => void (out += text),
    error: (text) => void (error += text),
    live: options.live ?? false,
    interactive: options.interactive ?? false,
    colour: options.colour ?? false,
    lines: () => ({
      next: (_prompt, signal) => Promise.resolve(signal.aborted ? null : (lines.shift() ?? null)),
      close: () => undefined,
    }),
    columns: () => options.width ?? 120,
    unicode: options.unicode ?? true,
    debug: options.debug ?? false,
    seconds: () => clock,
    every(seconds, call) {
      const timer = { due: clock + seconds, seconds, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    endAtOnce: (given) => void (code = given),
    written: () => ({ out, error }),
    interrupt: () => [...listeners].forEach((listener) => listener()),
    ended: () => code,
    at(seconds) {
      clock = seconds;
      for (const timer of timers) for (; timer.due <= clock; timer.due += timer.seconds) timer.call();
    },
  };
}
