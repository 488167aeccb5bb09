import { createInterface } from "node:readline";

/** Lines of an input, one for each call. */
export interface LineReader {
  /**
   * The next line; null at the end, or once the signal aborts.
   *
   * @param prompt shown to a person only
   */
  next(prompt: string, signal: AbortSignal): Promise<string | null>;
  close(): void;
}

/** Lines that a program or a file gives. */
export function pipedLines(input: NodeJS.ReadableStream): LineReader {
  const lines = createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  const iterator = lines[Symbol.asyncIterator]();
  return {
    async next(_prompt, signal) {
      const aborted = new Promise<null>((resolve) => {
        if (signal.aborted) resolve(null);
        signal.addEventListener("abort", () => resolve(null), { once: true });
      });
      return Promise.race([iterator.next().then(({ value, done }) => (done === true ? null : value)), aborted]);
    },
    close: () => lines.close(),
  };
}

/**
 * Lines that a person types, with editing and the lines before at hand. The terminal is in our hands only while a line
 * is typed: between lines Ctrl-C is a signal as ever.
 *
 * @param onInterrupt Ctrl-C while a line is typed
 */
export function typedLines(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  onInterrupt: () => void,
): LineReader {
  const ahead: string[] = [];
  const before: string[] = [];
  const typed = (prompt: string, signal: AbortSignal): Promise<string | null> =>
    new Promise((resolve) => {
      const line = createInterface({ input, output, terminal: true, prompt, history: [...before] });
      const stop = (): void => line.close();
      let first: string | undefined;
      line.on("line", (text) => {
        if (first !== undefined) return void ahead.push(text);
        first = text;
        // Lines that were pasted with it come at once, and would be lost with the reader.
        setImmediate(stop);
      });
      line.on("SIGINT", () => {
        line.write(null, { ctrl: true, name: "e" });
        line.write(null, { ctrl: true, name: "u" });
        onInterrupt();
        if (!signal.aborted) line.prompt();
      });
      line.on("close", () => {
        signal.removeEventListener("abort", stop);
        if (first !== undefined && first.trim() !== "") before.unshift(first);
        resolve(first ?? null);
      });
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) return stop();
      line.prompt();
    });
  return { next: async (prompt, signal) => ahead.shift() ?? (await typed(prompt, signal)), close: () => undefined };
}
