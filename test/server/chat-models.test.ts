import { describe, expect, test } from "vitest";
import { serve } from "../../src/server/serve.ts";
import { ALWAYS_THINKING, tinyChatModel } from "../tiny-chat-model.ts";
import { post, served } from "./ask-server.ts";

const user = (content: string): object => ({ role: "user", content });

describe("a model with a chat template", () => {
  test("reads the whole conversation: what is said before counts", async () => {
    const server = await served(await tinyChatModel());
    expect(server.kind).toBe("chat");
    const ask = async (messages: readonly object[]): Promise<number> => {
      const { status, body } = await post(server, "/chat/completions", { messages, max_tokens: 2 });
      expect(status).toBe(200);
      return body.usage.prompt_tokens as number;
    };
    const alone = await ask([user("Hello")]);
    // Longer than what this template says of itself where nobody says anything.
    const content = "Answer in as few words as you can, ".repeat(5);
    const system = await ask([{ role: "system", content }, user("Hello")]);
    expect(system).toBeGreaterThan(alone);
    expect(await ask([{ role: "developer", content }, user("Hello")])).toBe(system);
    // One question is put without asking the template again, to the same prompt.
    expect(await ask([user(" Hello ")])).toBe(alone + 2);
    const opened = { role: "system", content: "You are of help." };
    expect(await ask([opened, user("Hello")])).toBe(alone);
    expect(await ask([user("Hi"), { role: "assistant", content: "Yes?" }, user("Hello")])).toBeGreaterThan(alone);
  });

  test("whose prompt opens the thinking: what it writes is thinking", async () => {
    const model = await tinyChatModel({ chat_template: ALWAYS_THINKING, eos_token: "<|im_end|>" });
    const server = await served(model);
    const { body } = await post(server, "/chat/completions", { messages: [user("Hi")], max_tokens: 5, seed: 1 });
    expect(body.choices[0].message.content).toBe("");
    expect(body.choices[0].message.reasoning_content).not.toBe("");
    const raw = await post(server, "/completions", { prompt: "Hi", max_tokens: 5, seed: 1 });
    expect(raw.body.choices[0].text).not.toBe("");
  });

  test("is asked without thinking where a request says so", async () => {
    const server = await served(
      await tinyChatModel({
        chat_template:
          "{% if enable_thinking is defined and not enable_thinking %}quick {% endif %}{{ messages[0].content }}<|im_end|>",
      }),
    );
    const ask = async (more: object): Promise<number> =>
      (await post(server, "/chat/completions", { messages: [user("Hi")], max_tokens: 1, ...more })).body.usage
        .prompt_tokens as number;
    const usual = await ask({});
    expect(await ask({ chat_template_kwargs: { enable_thinking: true } })).toBe(usual);
    const without = await ask({ chat_template_kwargs: { enable_thinking: false } });
    expect(without).toBeGreaterThan(usual);
    expect(await ask({ reasoning_effort: "none" })).toBe(without);
    expect(await ask({ reasoning_effort: "high" })).toBe(usual);
  });

  test("a conversation that the template refuses fails alone, beside others that come with it", async () => {
    const server = await served(
      await tinyChatModel({
        chat_template:
          "{% if 'bad' in messages[0].content %}{{ raise_exception('not that') }}{% endif %}{{ messages[0].content }}<|im_end|>",
      }),
    );
    const answers = await Promise.all(
      ["one", "bad", "two", "bad", "three"].map((content) =>
        post(server, "/chat/completions", {
          messages: [user(content), { role: "assistant", content: "Yes?" }, user("Go on")],
          max_tokens: 1,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 400, 200]);
    expect(answers[1]!.body.error.message).toMatch(/got an error from it: "not that"/);
  });
});

test("a model that can't be opened leaves nothing behind", async () => {
  await expect(serve("no-such-folder")).rejects.toThrow("no-such-folder");
  await expect(serve(await tinyChatModel(), { template: "chat", task: "no-such-task" })).rejects.toThrow(
    "no-such-task",
  );
});
