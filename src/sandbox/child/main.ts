/**
 * The program of a sandbox process: reads requests, one at a time, and runs each in an interpreter that is as new.
 */
import { constants } from "node:fs";
import type { ChildRequest, OpenInterpreter } from "./interpreter.ts";
import { endProcess, readFrame, writeBytes, writeFrame } from "./frames.ts";

/** What the host sends first. */
interface Start {
  readonly language: "python" | "javascript";
  /** Addresses of the packages that are loaded. */
  readonly modules: Readonly<Record<string, string>>;
  /** Whether a frame with a snapshot follows. */
  readonly snapshot: boolean;
}

async function open({ language, modules }: Start, snapshot: Uint8Array | undefined): Promise<OpenInterpreter> {
  if (language === "python") return (await import("./python-engine.ts")).openPython(modules["pyodide"]!, snapshot);
  return (await import("./javascript-engine.ts")).openJavascript(modules);
}

/** An old door into Node's own C++, which its permission flags leave open; pyodide looks for numbers there. */
function binding(name: string): object {
  if (name !== "constants") throw new Error("shut");
  return { fs: constants };
}
Object.defineProperty(process, "binding", { value: binding, configurable: false, writable: false });

/** Each request begins at the same moment: by a clock that went on, an answer could tell its calls apart. */
function repeatingClock(): { readonly begin: () => void } {
  const clocks = [Date, performance].map((owner) => {
    const now = owner.now.bind(owner);
    const first = now();
    const clock = { now, first, late: 0 };
    Object.defineProperty(owner, "now", { value: () => now() - clock.late });
    return clock;
  });
  return {
    begin() {
      for (const clock of clocks) clock.late = clock.now() - clock.first;
    },
  };
}

async function serve(): Promise<never> {
  const start = JSON.parse(readFrame().toString()) as Start;
  const { engine, snapshot } = await open(start, start.snapshot ? readFrame() : undefined);
  writeFrame({ ready: true, snapshot: snapshot !== undefined });
  if (snapshot !== undefined) writeBytes(snapshot);
  const clock = repeatingClock();
  for (;;) {
    const request = JSON.parse(readFrame().toString()) as ChildRequest;
    clock.begin();
    engine.run(request);
    // Python's gives nothing to wait for: its process never goes back to the event loop.
    const restored = engine.restore();
    if (restored !== undefined) await restored;
  }
}

try {
  await serve();
} catch (error) {
  // Standard error is closed: whoever started this hears it as a frame.
  writeFrame({ broken: String((error as Error).stack ?? error).slice(-2000) });
  endProcess(1);
}
