import { hasDesktop, openBrowser } from "./open-browser.ts";
import { showsUnicode, type Host } from "./host.ts";
import { pipedLines, typedLines } from "./line-reader.ts";

/** The process that we run in, as the command line sees it. */
export function processHost(endAtOnce: (code: number) => void): Host {
  // A reader that closes its end (`aha show run | head`) is no failure of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") endAtOnce(0);
      else throw error;
    });
  }
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  const listeners = new Set<() => void>();
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    live: process.stderr.isTTY === true && process.env["TERM"] !== "dumb" && process.env["CI"] === undefined,
    interactive,
    colour: process.stdout.isTTY === true && process.env["TERM"] !== "dumb" && (process.env["NO_COLOR"] ?? "") === "",
    openBrowser:
      process.stdout.isTTY === true && hasDesktop(process.env, process.platform)
        ? (url) => openBrowser(url, process.platform)
        : null,
    firstLine: () =>
      new Promise((resolve) => {
        process.stdin
          .setEncoding("utf8")
          .once("data", (text) => resolve(String(text).split("\n", 1)[0] ?? ""))
          .once("end", () => resolve(""));
      }),
    inputEnd: () =>
      new Promise((resolve) => {
        process.stdin
          .on("end", resolve)
          .on("close", resolve)
          .on("error", () => resolve())
          .resume();
      }),
    lines: () =>
      interactive
        ? typedLines(process.stdin, process.stderr, () => listeners.forEach((listener) => listener()))
        : pipedLines(process.stdin),
    columns: () => process.stderr.columns ?? 80,
    unicode: showsUnicode(process.env, process.platform),
    debug: process.env["AHA_DEBUG"] === "1",
    seconds: () => performance.now() / 1000,
    every(seconds, call) {
      const timer = setInterval(call, 1000 * seconds).unref();
      return () => clearInterval(timer);
    },
    onInterrupt(listener) {
      listeners.add(listener);
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        listeners.delete(listener);
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
    endAtOnce,
  };
}
