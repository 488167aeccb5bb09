import { beforeAll, describe, expect, test } from "vitest";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import type { ServedApi } from "../../src/server/serve.ts";
import { events, post, served } from "./ask-server.ts";

let server: ServedApi;
beforeAll(async () => {
  server = await served(shippedModel("countdown-base"));
});

const CHAT = "/chat/completions";
const MESSAGES = [{ role: "user", content: "2 7 9 make 25" }];
/** Greedy from here the model tries 9 - 2 first. */
const GREEDY = { messages: MESSAGES, temperature: 0, max_tokens: 5 };

test("lists its model, and tells of it by name", async () => {
  const list = (await (await fetch(`${server.url}/models`)).json()) as { readonly data: readonly object[] };
  const card = {
    id: "countdown-base",
    object: "model",
    created: expect.any(Number) as number,
    owned_by: "aha",
    max_model_len: 320,
  };
  expect(list).toEqual({ object: "list", data: [card] });
  expect(await (await fetch(`${server.url}/models/countdown-base`)).json()).toEqual(card);
  expect((await fetch(`${server.url}/models/other`)).status).toBe(404);
});

describe("/v1/chat/completions", () => {
  test("a whole answer: thinking apart, why it ended, what was used", async () => {
    const { status, body } = await post(server, CHAT, { model: "countdown-base", ...GREEDY, max_tokens: 100 });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-[\w-]{24}$/),
      object: "chat.completion",
      created: expect.any(Number),
      model: "countdown-base",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: expect.stringMatching(/^[\d+\-*() ]+$/),
            reasoning_content: expect.stringMatching(/^9 - 2 = 7/),
            refusal: null,
          },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 7,
        completion_tokens: expect.any(Number),
        total_tokens: 7 + body.usage.completion_tokens,
        // Spaces stand between the tokens of this model; the tags of the thinking are two more.
        completion_tokens_details: {
          reasoning_tokens: body.choices[0].message.reasoning_content.split(" ").length + 2,
        },
      },
    });
  });

  test("max_tokens and max_completion_tokens cut, and say so", async () => {
    for (const name of ["max_tokens", "max_completion_tokens"]) {
      const { body } = await post(server, CHAT, { messages: MESSAGES, temperature: 0, [name]: 3 });
      expect(body.choices[0].finish_reason).toBe("length");
      expect(body.choices[0].message).toMatchObject({ content: "", reasoning_content: "9 -" });
      expect(body.usage.completion_tokens).toBe(3);
    }
  });

  test("more than the context leaves is cut at its end", async () => {
    const { body } = await post(server, CHAT, { messages: MESSAGES, max_tokens: 100_000, temperature: 5, seed: 3 });
    expect(body.usage.total_tokens).toBeLessThanOrEqual(320);
  });

  test("the same seed gives the same choices, each its own; another one others; none a new one", async () => {
    const ask = async (more: object): Promise<string[]> => {
      const { body } = await post(server, CHAT, { messages: MESSAGES, temperature: 1, n: 3, ...more });
      expect(body.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
      return body.choices.map(({ message }: { message: object }) => JSON.stringify(message));
    };
    const first = await ask({ seed: 7 });
    expect(await ask({ seed: 7 })).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await ask({ seed: 8 })).not.toEqual(first);
    expect(await ask({ seed: -8 })).not.toEqual(first);
    expect(await ask({})).not.toEqual(await ask({}));
  });

  test("top_p 0 takes the likeliest, as temperature 0 does", async () => {
    const ask = async (more: object): Promise<unknown> =>
      (await post(server, CHAT, { ...GREEDY, ...more })).body.choices[0].message;
    const greedy = await ask({});
    expect(await ask({ temperature: 1, top_p: 0 })).toEqual(greedy);
    expect(await ask({ temperature: 1, top_k: 1 })).toEqual(greedy);
    expect(await ask({ temperature: 0.001 })).toEqual(greedy);
  });

  test("a stream: role, pieces, end, usage where it is asked for, [DONE]", async () => {
    const data = await events(server, CHAT, { ...GREEDY, stream_options: { include_usage: true } });
    expect(data.at(-1)).toBe("[DONE]");
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.map(({ object, model }) => [object, model])).toEqual(
      chunks.map(() => ["chat.completion.chunk", "countdown-base"]),
    );
    const choice = (delta: object, finish: string | null = null): object => ({
      index: 0,
      delta,
      logprobs: null,
      finish_reason: finish,
    });
    expect(chunks.flatMap(({ choices }) => choices)).toEqual([
      choice({ role: "assistant", content: "" }),
      ...["9", " -", " 2", " ="].map((text) => choice({ reasoning_content: text })),
      choice({}, "length"),
    ]);
    expect(chunks.map(({ usage }) => usage)).toEqual([
      ...Array.from({ length: 6 }, () => null),
      {
        prompt_tokens: 7,
        completion_tokens: 5,
        total_tokens: 12,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    ]);
    expect(chunks.at(-1)!["choices"]).toEqual([]);
    for (const text of await events(server, CHAT, GREEDY)) expect(text).not.toContain("usage");
  });

  test("streams of several choices say which is which, and are what the whole answer is", async () => {
    const asked = { messages: MESSAGES, temperature: 1, seed: 5, n: 3 };
    const { body } = await post(server, CHAT, asked);
    const texts = ["", "", ""];
    for (const data of (await events(server, CHAT, asked)).slice(0, -1)) {
      const { choices } = JSON.parse(data) as {
        choices: { index: number; delta: { content?: string; reasoning_content?: string } }[];
      };
      for (const { index, delta } of choices) texts[index] += (delta.reasoning_content ?? "") + (delta.content ?? "");
    }
    expect(texts).toEqual(
      body.choices.map(
        ({ message }: { message: { content: string; reasoning_content?: string } }) =>
          (message.reasoning_content ?? "") + message.content,
      ),
    );
  });

  test("log-probabilities, with the likeliest in each place", async () => {
    const { body } = await post(server, CHAT, { ...GREEDY, max_tokens: 2, logprobs: true, top_logprobs: 2 });
    const chance = { token: expect.any(String) as string, logprob: expect.any(Number) as number };
    const bytes = expect.any(Array) as number[];
    expect(body.choices[0].logprobs).toEqual({
      content: [
        {
          ...chance,
          token: "<think>",
          bytes: [60, 116, 104, 105, 110, 107, 62],
          top_logprobs: [
            { ...chance, token: "<think>", bytes },
            { ...chance, bytes },
          ],
        },
        {
          ...chance,
          token: " 9",
          bytes: [32, 57],
          top_logprobs: [
            { ...chance, token: " 9", bytes },
            { ...chance, bytes },
          ],
        },
      ],
      refusal: null,
    });
    const [first] = body.choices[0].logprobs.content;
    expect(first.top_logprobs[0].logprob).toBe(first.logprob);
    expect(first.top_logprobs[1].logprob).toBeLessThan(first.logprob);
  });

  test("messages in parts, and what was said before: the last question is answered", async () => {
    const alone = (await post(server, CHAT, GREEDY)).body.choices[0].message;
    const messages = [
      { role: "user", content: "1 1 make 2" },
      { role: "assistant", content: "1 + 1" },
      {
        role: "user",
        content: [
          { type: "text", text: "2 7 9 " },
          { type: "text", text: "make 25" },
        ],
      },
    ];
    expect((await post(server, CHAT, { ...GREEDY, messages })).body.choices[0].message).toEqual(alone);
  });
});

describe("/v1/completions", () => {
  const PROMPT = "<bos> 2 7 9 make 25 : <think>";

  test("goes on with a text as it stands, and with tokens", async () => {
    const ask = { prompt: PROMPT, temperature: 0, max_tokens: 4 };
    const { body } = await post(server, "/completions", ask);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^cmpl-/) as string,
      object: "text_completion",
      choices: [{ index: 0, text: "9 - 2 =", logprobs: null, finish_reason: "length" }],
      usage: { prompt_tokens: 8, completion_tokens: 4, total_tokens: 12 },
    });
    const { body: whole } = await post(server, "/completions", { ...ask, max_tokens: 60 });
    expect(whole.choices[0].text).toMatch(/^9 - 2 = .*<\/think> <answer> .* <\/answer>$/);
    const tokens = [...Array(8).keys()];
    expect((await post(server, "/completions", { ...ask, prompt: tokens })).body.usage.prompt_tokens).toBe(8);
  });

  test("a stop text ends it", async () => {
    const { body } = await post(server, "/completions", { prompt: PROMPT, temperature: 0, stop: [" =", "never"] });
    expect(body.choices[0]).toMatchObject({ text: "9 - 2", finish_reason: "stop" });
    expect(body.usage.completion_tokens).toBe(4);
  });

  test("several prompts and several choices of each, in their order", async () => {
    const asked = { prompt: [PROMPT, "<bos> 1 2 make 3 :"], n: 2, seed: 1, temperature: 1, max_tokens: 6 };
    const { body } = await post(server, "/completions", asked);
    expect(body.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3]);
    const { body: first } = await post(server, "/completions", { ...asked, prompt: PROMPT });
    expect(body.choices.slice(0, 2)).toEqual(first.choices);
  });

  test("log-probabilities in the older form", async () => {
    const { body } = await post(server, "/completions", { prompt: PROMPT, temperature: 0, max_tokens: 3, logprobs: 1 });
    expect(body.choices[0].logprobs).toEqual({
      tokens: ["9", " -", " 2"],
      token_logprobs: [expect.any(Number), expect.any(Number), expect.any(Number)],
      top_logprobs: [{ "9": expect.any(Number) }, { " -": expect.any(Number) }, { " 2": expect.any(Number) }],
      text_offset: [0, 1, 3],
    });
  });

  test("a stream of text", async () => {
    const data = await events(server, "/completions", { prompt: PROMPT, temperature: 0, max_tokens: 2 });
    expect(data.slice(0, -1).flatMap((text) => (JSON.parse(text) as { choices: object[] }).choices)).toEqual([
      { index: 0, text: "9", logprobs: null, finish_reason: null },
      { index: 0, text: " -", logprobs: null, finish_reason: null },
      { index: 0, text: "", logprobs: null, finish_reason: "length" },
    ]);
  });
});

describe("what isn't answered is said in the API's form", () => {
  const ask = { messages: MESSAGES };
  const system = { role: "system", content: "Be brief." };
  test.each([
    [
      CHAT,
      { ...ask, model: "gpt-4o" },
      [404, "model_not_found"] as const,
      /no model "gpt-4o" here; this server has countdown/,
    ],
    [CHAT, {}, [400, null] as const, /`messages` to be a list of 1 to 10000 messages, got undefined/],
    [CHAT, { messages: [] }, [400, null] as const, /`messages`/],
    [CHAT, { messages: [{ role: "tool", content: "x" }] }, [400, null] as const, /`messages\[0\]\.role`.*got "tool"/],
    [
      CHAT,
      { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      [400, null] as const,
      /`messages\[0\]\.content\[0\]`/,
    ],
    [CHAT, { messages: [system, ...MESSAGES] }, [400, "unsupported_value"] as const, /no chat template.*leave it out/],
    [
      CHAT,
      { messages: [{ role: "user", content: "2 love 9" }] },
      [400, null] as const,
      /words that this model knows, got "love"/,
    ],
    [
      CHAT,
      { messages: [{ role: "user", content: "1 ".repeat(400) }] },
      [400, "context_length_exceeded"] as const,
      /of 320 tokens/,
    ],
    [
      CHAT,
      { messages: [{ role: "user", content: "1 ".repeat(40_000) }] },
      [400, "context_length_exceeded"] as const,
      /characters/,
    ],
    [CHAT, { ...ask, temperature: -1 }, [400, null] as const, /`temperature` to be a number from 0 to 10, got -1/],
    [CHAT, { ...ask, top_p: 2 }, [400, null] as const, /`top_p`/],
    [CHAT, { ...ask, n: 0 }, [400, null] as const, /`n` to be an integer from 1 to 128, got 0/],
    [CHAT, { ...ask, n: 100 }, [400, null] as const, /at most 80 choices, got 100/],
    [CHAT, { ...ask, max_tokens: 0 }, [400, null] as const, /`max_tokens` to be an integer from 1 up, got 0/],
    [CHAT, { ...ask, seed: 0.5 }, [400, null] as const, /`seed`/],
    [CHAT, { ...ask, stop: [""] }, [400, null] as const, /`stop`/],
    [CHAT, { ...ask, stream: "yes" }, [400, null] as const, /`stream` to be true or false, got "yes"/],
    [CHAT, { ...ask, top_logprobs: 2 }, [400, null] as const, /`logprobs` to be true, as `top_logprobs` is given/],
    [CHAT, { ...ask, logprobs: true, top_logprobs: 21 }, [400, null] as const, /`top_logprobs`/],
    [
      CHAT,
      { ...ask, frequency_penalty: 0.5 },
      [400, "unsupported_parameter"] as const,
      /doesn't know `frequency_penalty`/,
    ],
    [
      CHAT,
      { ...ask, response_format: { type: "json_object" } },
      [400, "unsupported_parameter"] as const,
      /`response_format`/,
    ],
    [CHAT, { ...ask, tools: [{}] }, [400, "unsupported_parameter"] as const, /`tools`/],
    ["/completions", {}, [400, null] as const, /`prompt`/],
    ["/completions", { prompt: [] }, [400, null] as const, /`prompt`/],
    ["/completions", { prompt: "" }, [400, null] as const, /a prompt of one token at least, got none/],
    ["/completions", { prompt: [1, 100_000] }, [400, null] as const, /tokens below \d+, got 100000/],
    ["/completions", { prompt: "1", echo: true }, [400, "unsupported_parameter"] as const, /`echo`/],
    ["/completions", "{", [400, null] as const, /the body to be JSON, got something else/],
    ["/completions", "[".repeat(1000), [400, null] as const, /at most 64 levels/],
    ["/completions", "[1]", [400, null] as const, /a JSON object, got \[1\]/],
    ["/embeddings", {}, [404, "not_found"] as const, /nothing at POST \/v1\/embeddings/],
  ])("%s %j", async (path, body, [status, code], message) => {
    const answer = await post(server, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      error: {
        message: expect.stringMatching(message) as string,
        type: "invalid_request_error",
        param: answer.body.error.param,
        code,
      },
    });
  });

  test("fields that change nothing, and that are for others, are passed over", async () => {
    const more = { frequency_penalty: 0, presence_penalty: 0, logit_bias: {}, tools: [], user: "me", metadata: null };
    const { status } = await post(server, CHAT, {
      ...GREEDY,
      ...more,
      response_format: { type: "text" },
      store: false,
    });
    expect(status).toBe(200);
  });
});
