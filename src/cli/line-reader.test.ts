import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { pipedLines, typedLines } from "./line-reader.ts";

const never = new AbortController().signal;

describe("piped lines", () => {
  test("come in their order, also when many were there before the first was asked for, and end", async () => {
    const input = new PassThrough();
    input.end("one\r\ntwo\n\nlast");
    const lines = pipedLines(input);
    await sleep(10);
    expect([
      await lines.next("> ", never),
      await lines.next("> ", never),
      await lines.next("> ", never),
      await lines.next("> ", never),
      await lines.next("> ", never),
    ]).toEqual(["one", "two", "", "last", null]);
  });

  test("a wait ends when the signal aborts", async () => {
    const controller = new AbortController();
    const next = pipedLines(new PassThrough()).next("> ", controller.signal);
    controller.abort();
    expect(await next).toBeNull();
    expect(await pipedLines(new PassThrough()).next("> ", controller.signal)).toBeNull();
  });
});

describe("typed lines", () => {
  function terminal(): {
    input: PassThrough;
    shown: () => string;
    lines: ReturnType<typeof typedLines>;
    interrupted: () => number;
    onInterrupt: ReturnType<typeof vi.fn>;
  } {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = "";
    output.on("data", (data: Buffer) => (shown += data.toString()));
    const onInterrupt = vi.fn();
    return {
      input,
      shown: () => shown,
      lines: typedLines(input, output, onInterrupt),
      interrupted: () => onInterrupt.mock.calls.length,
      onInterrupt,
    };
  }

  test("are asked for, and can be mended", async () => {
    const { input, shown, lines } = terminal();
    const next = lines.next("> ", never);
    input.write("onf\u007fe\r");
    expect(await next).toBe("one");
    expect(shown()).toContain("> ");
  });

  test("several that are pasted at once are all kept", async () => {
    const { input, lines } = terminal();
    const next = lines.next("> ", never);
    input.write("one\rtwo\rthree\r");
    expect([await next, await lines.next("> ", never), await lines.next("> ", never)]).toEqual(["one", "two", "three"]);
  });

  test("the line before is at hand", async () => {
    const { input, lines } = terminal();
    for (const typed of ["one\r", "two\r", "\u001b[A\u001b[A\r"]) {
      const next = lines.next("> ", never);
      input.write(typed);
      expect(await next).toBe(typed === "two\r" ? "two" : "one");
    }
  });

  test("Ctrl-C clears the line and tells; Ctrl-D ends", async () => {
    const { input, lines, interrupted } = terminal();
    const next = lines.next("> ", never);
    input.write("half\u0003");
    await sleep(10);
    expect(interrupted()).toBe(1);
    input.write("whole\r");
    expect(await next).toBe("whole");
    const last = lines.next("> ", never);
    input.write("\u0004");
    expect(await last).toBeNull();
  });

  test("a wait ends when the signal aborts, from Ctrl-C too", async () => {
    const { input, lines, onInterrupt } = terminal();
    const controller = new AbortController();
    onInterrupt.mockImplementation(() => controller.abort());
    const next = lines.next("> ", controller.signal);
    input.write("\u0003");
    expect(await next).toBeNull();
    expect(await lines.next("> ", controller.signal)).toBeNull();
  });
});
