import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TokenizerError } from "../../../src/errors.ts";
import { renderChat, type ChatMessage } from "../../../src/prompts/index.ts";

interface Reference {
  readonly conversations: Readonly<Record<string, readonly ChatMessage[]>>;
  readonly settings: Readonly<
    Record<string, { readonly add_generation_prompt: boolean; readonly enable_thinking?: boolean }>
  >;
  readonly expected: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
const { conversations, settings, expected } = JSON.parse(read("expected.json")) as Reference;

describe.each(Object.keys(expected))("%s against transformers (make_chats.py)", (name) => {
  const template = { text: read(`templates/${name}.jinja`), specialTokens: { bos_token: "<s>", eos_token: "</s>" } };

  test.each(Object.entries(expected[name]!))("%s", (kind, wanted) => {
    const [conversation, setting] = kind.split(", ") as [string, string];
    const { add_generation_prompt, enable_thinking } = settings[setting]!;
    const render = (): string =>
      renderChat(template, conversations[conversation]!, {
        addGenerationPrompt: add_generation_prompt,
        ...(enable_thinking === undefined ? {} : { enableThinking: enable_thinking }),
      });
    if (wanted === null) expect(render).toThrow(TokenizerError);
    else expect(render()).toBe(wanted);
  });
});

describe("small templates against transformers (make_chats.py): one user's message, and what Jinja can do", () => {
  const small = JSON.parse(read("small.json")) as Readonly<
    Record<string, { readonly template: string; readonly transformers: string | null }>
  >;

  test.each(Object.entries(small))("%s", (_name, { template, transformers }) => {
    const specialTokens = { bos_token: "<s>", eos_token: "</s>" };
    const render = (): string => renderChat({ text: template, specialTokens }, [{ role: "user", content: "Hi there" }]);
    if (transformers === null) expect(render).toThrow(TokenizerError);
    else expect(render()).toBe(transformers);
  });
});
