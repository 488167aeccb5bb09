import { afterEach, describe, expect, test } from "vitest";
import { ALWAYS_THINKING, tinyChatModel } from "../../test/tiny-chat-model.ts";
import { OptionError, TokenizerError } from "../errors.ts";
import type { ConversationOptions } from "./chat-options.ts";
import { Conversation, type ChatPart } from "./conversation.ts";

const COUNTDOWN = new URL("../../models/countdown-base", import.meta.url).pathname;

let opened: Conversation[] = [];
afterEach(async () => {
  await Promise.all(opened.map((conversation) => conversation.close()));
  opened = [];
});

async function open(options: ConversationOptions): Promise<Conversation> {
  const conversation = await Conversation.open(options);
  opened.push(conversation);
  return conversation;
}

describe("a small model", () => {
  test("answers its task's question; the parts are what the answer is made of", async () => {
    const conversation = await open({ model: COUNTDOWN, temperature: 0 });
    expect(conversation.kind).toBe("question");
    const parts: ChatPart[] = [];
    const turn = await conversation.say("2 7 9 make 25", (part) => parts.push(part));
    expect(turn.stop).toBe("end");
    expect(turn.text).toBe(`<think> ${turn.thinking} </think> <answer> ${turn.answer} </answer>`);
    const joined = (kind: string): string => parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join("");
    expect([joined("thinking"), joined("answer"), joined("plain")]).toEqual([turn.thinking, turn.answer, ""]);
    expect(parts.length).toBeGreaterThan(turn.tokens / 2);
    // Each question stands alone, and the likeliest answer is the same again.
    expect((await conversation.say("2 7 9 make 25")).text).toBe(turn.text);
  });

  test("names the word that it doesn't know, and those that it does", async () => {
    const conversation = await open({ model: COUNTDOWN });
    await expect(conversation.say("2 7 love make 25")).rejects.toThrow(TokenizerError);
    await expect(conversation.say("2 7 love make 25")).rejects.toThrow(
      'Expected words that this model knows, got "love"; it knows 0 to 59 and + - * = , ( ) make yes no wait hmm but :. Try: ',
    );
    expect(conversation.example).toMatch(/^\d+ \d+ \d+ make \d+$/);
    await conversation.say(conversation.example!);
  });

  test("says what is too long for its context, and goes on", async () => {
    const conversation = await open({ model: COUNTDOWN, maxCompletionTokens: 3 });
    await expect(conversation.say("1 ".repeat(400))).rejects.toThrow(
      /to fit the model's 320 positions, got 402 tokens; say it in fewer words\.$/,
    );
    expect(await conversation.say("1 2 make 3")).toMatchObject({ tokens: 3, stop: "length" });
  });

  test("the same seed gives the same answers, another one others", async () => {
    const ask = async (seed: number): Promise<string[]> => {
      const conversation = await open({ model: COUNTDOWN, seed, temperature: 1 });
      return [await conversation.say("2 7 9 make 25"), await conversation.say("2 7 9 make 25")].map(({ text }) => text);
    };
    const [first, again, other] = [await ask(1), await ask(1), await ask(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first[0]).not.toBe(first[1]);
  });

  test.each([
    [{ system: "Be brief." }, /the template chat for .*, as `system` is given/],
    [{ temperature: -1 }, /`temperature`/],
    [{ seed: 0.5 }, /`seed`/],
    [{ maxCompletionTokens: 0 }, /`maxCompletionTokens`/],
  ])("refuses %j", async (options, message) => {
    await expect(Conversation.open({ model: COUNTDOWN, ...options })).rejects.toThrow(OptionError);
    await expect(Conversation.open({ model: COUNTDOWN, ...options })).rejects.toThrow(message);
  });
});

describe("a model with a chat template", () => {
  test("is told all that was said before, until it is reset", async () => {
    const conversation = await open({
      model: await tinyChatModel(undefined, { maxPositions: 160 }),
      maxCompletionTokens: 4,
      system: "Be brief.",
    });
    expect(conversation.kind).toBe("chat");
    let turns = 0;
    // Each turn makes the next prompt longer.
    const error = await (async () => {
      for (; turns < 20; turns++) await conversation.say("Hello, model");
    })().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(
      /to fit the model's 160 positions, got 1\d\d tokens; say it in fewer words, or begin anew\.$/,
    );
    expect(turns).toBeGreaterThan(0);
    conversation.reset();
    expect((await conversation.say("Hello, model")).tokens).toBeLessThanOrEqual(4);
  });

  test("whose prompt opens the thinking begins inside it", async () => {
    const model = await tinyChatModel({ chat_template: ALWAYS_THINKING, eos_token: "<|im_end|>" });
    const turn = await (await open({ model, maxCompletionTokens: 5, temperature: 1 })).say("Hi");
    expect(turn.thinking).not.toBe("");
    expect(turn.answer).toBe("");
  });

  test("a template that refuses is one error, and nothing was said", async () => {
    const model = await tinyChatModel({
      chat_template:
        "{% if messages|length > 1 %}{{ raise_exception('one message only') }}{% endif %}{{ messages[0].content }}<|im_end|>",
    });
    const conversation = await open({ model, maxCompletionTokens: 2 });
    await conversation.say("Hi");
    await expect(conversation.say("And?")).rejects.toThrow(/got an error from it: "one message only"/);
    conversation.reset();
    await conversation.say("Hi");
  });

  test("stops when the signal aborts", async () => {
    const conversation = await open({
      model: await tinyChatModel(undefined, { maxPositions: 8192, eosTokenIds: [1200] }),
      temperature: 1,
    });
    // 1200 is not the end of a turn, so that this is a base model: it may write on for long.
    expect(conversation.kind).toBe("question");
    const controller = new AbortController();
    const turn = await conversation.say("Hi", () => controller.abort(), controller.signal);
    expect(turn.stop).toBe("cancelled");
    expect(turn.tokens).toBeLessThan(8000);
  });
});
