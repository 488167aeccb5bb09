import { describe, expect, test } from "vitest";
import { fakeHost, type FakeHost } from "../../test/cli/fake-host.ts";
import { fakeCompositions } from "../../test/cli/fake-results.ts";
import { TokenizerError } from "../errors.ts";
import { createChatWriter } from "./chat-writer.ts";
import { runCommandLine } from "./command-line.ts";
import type { ChatFlags, ChatPart, ChatSession, ChatTurn } from "./compositions.ts";

const PARTS: readonly ChatPart[] = [
  { kind: "thinking", text: "2 + 7\n" },
  { kind: "thinking", text: "= 9\u001b[2J" },
  { kind: "answer", text: "9 +" },
  { kind: "answer", text: " 16" },
];
const TURN: ChatTurn = {
  text: "<think>2 + 7\n= 9\u001b[2J</think><answer>9 + 16</answer>",
  thinking: "2 + 7\n= 9\u001b[2J",
  answer: "9 + 16",
  tokens: 12,
  status: "finished",
};

interface FakeSession extends ChatSession {
  readonly log: string[];
}

/** A session that answers everything alike, unless the test says otherwise. */
function fakeSession(
  say: (message: string, signal: AbortSignal) => Partial<ChatTurn> | Promise<Partial<ChatTurn>> = () => ({}),
): FakeSession {
  const log: string[] = [];
  return {
    log,
    kind: "question",
    example: "2 7 9 make 25",
    async say(message, onPart = () => {}, signal = new AbortController().signal) {
      log.push(message);
      const changes = await say(message, signal);
      for (const part of PARTS) onPart(part);
      return { ...TURN, ...changes };
    },
    reset: () => void log.push("(reset)"),
    close: () => Promise.resolve(void log.push("(closed)")),
  };
}

async function chat(
  host: FakeHost,
  session: ChatSession,
  words: readonly string[] = ["chat", "m"],
): Promise<{ code: number; out: string; error: string; flags: ChatFlags | undefined }> {
  let flags: ChatFlags | undefined;
  const code = await runCommandLine(
    words,
    host,
    fakeCompositions({
      chat(given) {
        flags = given;
        return Promise.resolve(session);
      },
    }),
  );
  return { code, ...host.written(), flags };
}

describe("what is written", () => {
  const written = (colour: boolean): string => {
    let text = "";
    const write = createChatWriter((piece) => (text += piece), colour);
    for (const part of PARTS) write(part);
    write();
    return text;
  };

  test("thinking behind a bar where there are no colours, made safe to show", () => {
    expect(written(false)).toBe("| 2 + 7\n| = 9\\u001b[2J\n9 + 16\n");
  });
  test("thinking dim where there are", () => {
    expect(written(true)).toBe("\u001b[2m2 + 7\n\u001b[22m\u001b[2m= 9\\u001b[2J\u001b[22m\n9 + 16\n");
  });
  test("an answer without anything writes nothing", () => {
    let text = "";
    createChatWriter((piece) => (text += piece), true)();
    expect(text).toBe("");
  });
});

describe("lines that are piped in", () => {
  test("are answered one after the other, without greeting; empty ones are passed over", async () => {
    const session = fakeSession();
    const { code, out, error } = await chat(fakeHost({ lines: ["one", "", "  two  "] }), session);
    expect([code, error]).toEqual([0, ""]);
    expect(out).toBe("| 2 + 7\n| = 9\\u001b[2J\n9 + 16\n".repeat(2));
    expect(session.log).toEqual(["one", "two", "(closed)"]);
  });

  test("/reset, /quit, and what isn't a command", async () => {
    const session = fakeSession();
    const { error } = await chat(fakeHost({ lines: ["/rest", "/reset", "/ is division", "/quit", "never"] }), session);
    expect(error).toBe("There is no /rest; there are /reset and /quit.\n");
    expect(session.log).toEqual(["(reset)", "/ is division", "(closed)"]);
  });

  test("one that can't be answered is one line and exit code 2; the others are answered", async () => {
    const session = fakeSession((message) =>
      message === "bad" ? Promise.reject(new TokenizerError("Expected words\n\u001b[31m.")) : {},
    );
    const { code, out, error } = await chat(fakeHost({ lines: ["bad", "good"] }), session);
    expect([code, error]).toEqual([2, "aha: Expected words\\n\\u001b[31m.\n"]);
    expect(out).toContain("9 + 16");
  });

  test("a mistake of ours ends it, and the session is closed", async () => {
    const session = fakeSession(() => Promise.reject(new TypeError("x is undefined")));
    const { code, error } = await chat(fakeHost({ lines: ["one", "two"] }), session);
    expect([code, session.log]).toEqual([1, ["one", "(closed)"]]);
    expect(error).toContain("internal error: x is undefined");
  });

  test("an answer that was cut says so", async () => {
    expect(
      (
        await chat(
          fakeHost({ lines: ["one"] }),
          fakeSession(() => ({ status: "truncated", tokens: 64 })),
        )
      ).error,
    ).toBe("(cut at 64 tokens)\n");
  });

  test("--json: one object on standard output, the rest on standard error", async () => {
    const { out, error } = await chat(fakeHost({ lines: ["one"], colour: true }), fakeSession(), [
      "chat",
      "m",
      "--json",
    ]);
    expect(JSON.parse(out)).toEqual({ turns: [{ message: "one", ...TURN }] });
    expect(out.split("\n")).toHaveLength(2);
    expect(error).toBe("| 2 + 7\n| = 9\\u001b[2J\n9 + 16\n");
  });
});

test("the flags that were given, and only those", async () => {
  expect((await chat(fakeHost(), fakeSession())).flags).toEqual({ model: "m" });
  const words = [
    "chat",
    "m",
    "--system",
    "Be brief.",
    "--temperature",
    "0",
    "--max-completion-tokens",
    "9",
    "--seed",
    "4",
    "--no-thinking",
  ];
  expect((await chat(fakeHost(), fakeSession(), words)).flags).toEqual({
    model: "m",
    system: "Be brief.",
    temperature: 0,
    maxCompletionTokens: 9,
    seed: 4,
    thinking: false,
  });
});

describe("a person at a terminal", () => {
  test("is greeted, with an example; --quiet greets nobody", async () => {
    const { error } = await chat(fakeHost({ interactive: true }), fakeSession());
    expect(error).toBe(
      "Each question stands alone. For example: 2 7 9 make 25\n/reset begins anew, /quit ends, Ctrl-C stops an answer.\n\n",
    );
    expect(
      (await chat(fakeHost({ interactive: true }), { ...fakeSession(), kind: "chat", example: undefined })).error,
    ).toMatch(/^Say something\.\n/);
    expect((await chat(fakeHost({ interactive: true }), fakeSession(), ["chat", "m", "--quiet"])).error).toBe("\n");
  });

  test("a message that can't be answered is no failure of the whole", async () => {
    const { code } = await chat(
      fakeHost({ interactive: true, lines: ["bad"] }),
      fakeSession(() => Promise.reject(new TokenizerError("No."))),
    );
    expect(code).toBe(0);
  });

  test("Ctrl-C stops the answer; the conversation goes on", async () => {
    const host = fakeHost({ interactive: true, lines: ["one", "two"] });
    const session = fakeSession((message, signal) => {
      if (message === "two") return {};
      host.interrupt();
      expect(signal.aborted).toBe(true);
      return { status: "stopped" };
    });
    const { code, error } = await chat(host, session);
    expect(code).toBe(0);
    expect(error).toContain("(stopped; Ctrl-C again quits)\n");
    expect(session.log).toEqual(["one", "two", "(closed)"]);
  });

  test("twice with nothing said between, it quits; one press that comes twice counts once", async () => {
    const host = fakeHost({ interactive: true, lines: ["one", "never"] });
    const session = fakeSession(() => {
      host.interrupt();
      host.interrupt();
      return { status: "stopped" };
    });
    const { next } = host.lines();
    let asked = 0;
    host.lines = () => ({
      next: (prompt, signal) => {
        if (asked++ === 1) {
          host.at(3);
          host.interrupt();
        }
        return next(prompt, signal);
      },
      close: () => undefined,
    });
    const { code } = await chat(host, session);
    expect(code).toBe(130);
    expect(session.log).toEqual(["one", "(closed)"]);
    expect(host.ended()).toBeNull();
  });

  test("twice while an answer is written, it ends at once, in case the engine doesn't hear", async () => {
    const host = fakeHost({ interactive: true, lines: ["one"] });
    await chat(
      host,
      fakeSession(() => {
        host.interrupt();
        host.at(1);
        host.interrupt();
        return {};
      }),
    );
    expect(host.ended()).toBe(130);
  });
});
