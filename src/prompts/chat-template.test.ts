import { describe, expect, test } from "vitest";
import { TokenizerError } from "../errors.ts";
import { renderChat, type ChatMessage } from "./chat-template.ts";

const messages: readonly ChatMessage[] = [{ role: "user", content: "Hi" }];
const render = (text: string, options = {}): string =>
  renderChat({ text, specialTokens: { bos_token: "<s>" } }, messages, options);

test("messages, special tokens, and where the answer begins", () => {
  const text =
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
  expect(render(text)).toBe("<s>[user] Hi\n[assistant]");
  expect(render(text, { addGenerationPrompt: false })).toBe("<s>[user] Hi\n");
});

test("enable_thinking is passed on only where it is given", () => {
  const text = "{% if enable_thinking is defined %}{{ enable_thinking }}{% else %}not said{% endif %}";
  expect([render(text), render(text, { enableThinking: false }), render(text, { enableThinking: true })]).toEqual([
    "not said",
    "False",
    "True",
  ]);
});

test("a token that the tokenizer lacks is nothing, and every day is the same", () => {
  expect(render("{{ eos_token }}|{{ strftime_now('%d %b %Y, %H:%M %% %Q') }}")).toBe("|26 Jul 2024, 00:00 % %Q");
});

test("range, as Python has it", () => {
  expect(
    render(
      "{% for i in range(3) %}{{ i }}{% endfor %} {% for i in range(5, 1, -2) %}{{ i }}{% endfor %} {% for i in range(2, 2) %}x{% endfor %}",
    ),
  ).toBe("012 53 ");
});

describe("a foreign template ends in one clear error", () => {
  test.each([
    ["{% for m in messages %}", /got an error from it/],
    ["{{ raise_exception('No system role') }}", /error from it: "No system role"/],
    ["{{ nothing.at.all() }}", /error from it/],
    ["{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", /error from it/],
    ["{{ range(1000000000) }}", /range\(\) of 1000000000 numbers/],
    ["{{ range(1, 9, 0) }}", /range\(\) of Infinity numbers/],
    [
      "{% set ns = namespace(x='ab') %}{% for i in range(22) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
      /at most 4000000 characters, got 8388608/,
    ],
    ["a".repeat(1_000_001), /template of at most 1000000 characters, got 1000001/],
    ["{{ messages[0].constructor.constructor('return 1')() }}", /error from it/],
  ])("%#", (text, message) => {
    expect(() => render(text)).toThrow(TokenizerError);
    expect(() => render(text)).toThrow(message);
    expect(() => render(text)).toThrow(/^[^\n]+$/);
  });
});
