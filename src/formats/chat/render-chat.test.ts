import { describe, expect, test } from "vitest";
import { TokenizerError } from "../../errors.ts";
import type { ChatMessage } from "../../prompts/index.ts";
import { renderChats } from "./render-chat.ts";

const CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [{ role: "user", content: "Hi" }],
  [
    { role: "system", content: "é 数 🙂" },
    { role: "user", content: "A\nB" },
  ],
];
const chat = (text: string) => ({ text, specialTokens: { bos_token: "<s>" } });

test("writes each conversation", async () => {
  const template = chat(
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}{% if enable_thinking is defined %}!{% endif %}",
  );
  expect(await renderChats(template, CONVERSATIONS)).toEqual(["<s>[user] Hi", "<s>[system] é 数 🙂[user] A\nB"]);
  expect(await renderChats(template, CONVERSATIONS.slice(0, 1), { enableThinking: false })).toEqual(["<s>[user] Hi!"]);
});

describe("a foreign template can't take us along", () => {
  test.each([
    ["that refuses", "{{ raise_exception('No') }}", 60, /got an error from it: "No"/],
    [
      "that loops",
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      2,
      /ran for more than 2 s/,
    ],
    [
      "that fills its memory",
      "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = ns.x + [range(9000)] %}{% endfor %}",
      60,
      /more than 128 MB of memory/,
    ],
    [
      "that writes megabytes",
      "{% set ns = namespace(x='ab') %}{% for i in range(26) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
      60,
      /at most 4000000 characters/,
    ],
    ["that writes escapes", "{{ raise_exception('\u001b[2J') }}", 60, /got an error from it: "[^\u001b]*"/],
    [
      "that doubles a list",
      "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      60,
      /a list of 4194304 items/,
    ],
    ["that asks for a range without an end", "{% for a in range(1000000000) %}x{% endfor %}", 2, /./],
  ])("%s", async (_what, text, seconds, message) => {
    const error: unknown = await renderChats(chat(text), CONVERSATIONS, {}, seconds).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenizerError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });
});

test.each([
  "{{ ''.constructor.constructor('return process')() }}",
  "{{ messages.constructor }}",
  "{{ process.env.PATH }}",
  "{{ messages.__proto__ }}",
])("a foreign template reaches nothing of this process: %j", async (text) => {
  const written: unknown = await renderChats(chat(text), CONVERSATIONS.slice(0, 1)).catch((error: unknown) => error);
  if (written instanceof Error) expect(written).toBeInstanceOf(TokenizerError);
  else expect(written).toEqual([""]);
});
