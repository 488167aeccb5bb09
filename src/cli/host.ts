import type { LineReader } from "./line-reader.ts";

/** The outside of the process, as far as the command line touches it; tests give their own. */
export interface Host {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal that can redraw a line. */
  readonly live: boolean;
  /** Whether a person types on standard input. */
  readonly interactive: boolean;
  /** Whether standard output shows colours. */
  readonly colour: boolean;
  /** Shows an address in the person's browser; null where there is no desktop, or nobody looks at it. */
  readonly openBrowser: ((url: string) => void) | null;
  /** Resolves when standard input has ended. */
  inputEnd(): Promise<void>;
  /** The first line of standard input, written at once by the process that started this one; empty for none. */
  firstLine(): Promise<string>;
  /** Lines of standard input. */
  lines(): LineReader;
  /** Width of the terminal, in characters. */
  columns(): number;
  /** Whether block characters can be shown. */
  readonly unicode: boolean;
  /** Shows stacks of unexpected errors. */
  readonly debug: boolean;
  /** Seconds on a clock that never goes back. */
  seconds(): number;
  /** Calls a function every so many seconds; gives the function that ends that. */
  every(seconds: number, call: () => void): () => void;
  /** Calls the listener at each Ctrl-C; gives the function that takes it away again. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process without waiting for anything. */
  endAtOnce(code: number): void;
}

/** Whether block characters can be shown, from what the environment says about itself. */
export function showsUnicode(environment: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  if (environment["TERM"] === "linux" || environment["TERM"] === "dumb") return false;
  if (platform === "win32") return environment["WT_SESSION"] !== undefined || environment["TERM_PROGRAM"] === "vscode";
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "UTF-8";
  return /utf-?8/i.test(locale);
}
