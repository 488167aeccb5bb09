import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { loadCheckpoint, saveCheckpoint } from "../../src/formats/checkpoint.ts";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import type { ServedApi } from "../../src/server/serve.ts";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newFolder } from "../run/cli-run.ts";
import { events, post, served, type ServerAnswer } from "./ask-server.ts";

const QUESTIONS = ["2 7 9 make 25", "3 4 5 make 17", "1 8 6 make 14", "9 9 2 make 20"];
const chat = (question: number, more: object = {}): object => ({
  messages: [{ role: "user", content: QUESTIONS[question % 4] }],
  ...more,
});
/** Writes to the end of a long context. */
const ENDLESS = { prompt: "<bos> 2 7 9 make 25 :", temperature: 1, seed: 1 };

/** The same weights with tokens that never end, in a long context. */
let endless: string;
beforeAll(async () => {
  const checkpoint = await loadCheckpoint(shippedModel("countdown-base"));
  endless = join(newFolder(), "endless");
  const config = { ...checkpoint.config, eosTokenIds: [checkpoint.config.vocabSize - 1], maxPositions: 30_000 };
  const parameters = checkpoint.parameters;
  await saveCheckpoint(endless, { ...checkpoint, config, parameters });
  // A text ends at what any of a model's files names.
  const path = join(endless, "tokenizer_config.json");
  const { eos_token: _end, ...named } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(named));
});

const message = ({ body }: ServerAnswer): string => JSON.stringify(body.choices[0].message);

test("the same request with the same seed gives the same answer, whatever else is written", async () => {
  const server = await served(shippedModel("countdown-base"), { slots: 8, workers: 2 });
  const asked = QUESTIONS.flatMap((_question, i) => [
    chat(i, { seed: i, temperature: 1 }),
    chat(i, { seed: 90 + i, temperature: 0.4, top_p: 0.8 }),
    chat(i, { temperature: 0 }),
  ]);
  const alone: string[] = [];
  for (const request of asked) alone.push(message(await post(server, "/chat/completions", request)));
  const ask = (request: object): Promise<string> => post(server, "/chat/completions", request).then(message);
  const noise = Array.from({ length: 20 }, (_, i) => ask(chat(i, { temperature: 1.5 })));
  expect(await Promise.all(asked.map(ask))).toEqual(alone);
  expect(await Promise.all(asked.toReversed().map(ask))).toEqual(alone.toReversed());
  await Promise.all(noise);
});

describe("a full house", () => {
  let server: ServedApi;
  beforeAll(async () => {
    server = await served(endless, { slots: 2, queue: 1, context: 4096 });
  });
  const begin = async (controller: AbortController): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const response = await fetch(`${server.url}/completions`, {
      method: "POST",
      body: JSON.stringify({ ...ENDLESS, stream: true }),
      signal: controller.signal,
    });
    expect(response.status).toBe(200);
    return response.body!.getReader();
  };

  test("tells who comes to come again; who leaves makes room at once", async () => {
    const clients = [new AbortController(), new AbortController(), new AbortController()];
    onTestFinished(() => clients.forEach((client) => client.abort()));
    for (const client of clients.slice(0, 2)) await (await begin(client)).read();
    await begin(clients[2]!);
    const refused = await post(server, "/completions", { ...ENDLESS, max_tokens: 3 });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.body.error).toEqual({
      message: "Expected at most 3 choices to be written or waiting at once, and 3 are; ask again later.",
      type: "rate_limit_error",
      param: null,
      code: "rate_limit_exceeded",
    });
    // Two that were being written: the one that waits moves up, and there is room for more.
    clients[0]!.abort();
    clients[1]!.abort();
    await expect
      .poll(async () => (await post(server, "/completions", { ...ENDLESS, max_tokens: 3 })).status, { timeout: 5000 })
      .toBe(200);
    clients[2]!.abort();
    // All three are gone: the whole house can be had.
    await expect
      .poll(async () => (await post(server, "/completions", { ...ENDLESS, n: 3, max_tokens: 3 })).status)
      .toBe(200);
  });

  test("one who leaves before a whole answer is written frees its slot too", async () => {
    const client = new AbortController();
    const pending = post(server, "/completions", { ...ENDLESS, n: 3 }, { signal: client.signal }).catch(
      (error: Error) => error.name,
    );
    await expect.poll(async () => (await post(server, "/completions", { ...ENDLESS, max_tokens: 1 })).status).toBe(429);
    client.abort();
    expect(await pending).toBe("AbortError");
    await expect.poll(async () => (await post(server, "/completions", { ...ENDLESS, max_tokens: 1 })).status).toBe(200);
  });
});

test("a client that takes nothing of its stream is left, and its slots are free", async () => {
  const server = await served(endless, { context: 30_000, readerSeconds: 0.2, slots: 8, queue: 0 });
  const body = JSON.stringify({ ...ENDLESS, n: 8, logprobs: 20, stream: true });
  const socket: Socket = connect(server.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  // Nothing is read: the system's buffers are full after some megabytes, and 20 likeliest of each token fill them.
  const ask = async (): Promise<number> => (await post(server, "/completions", { ...ENDLESS, max_tokens: 1 })).status;
  await expect.poll(ask).toBe(429);
  await expect.poll(ask, { timeout: 50_000, interval: 250 }).toBe(200);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined).resume();
  await ended;
}, 60_000);

describe("the end", () => {
  test("lets what is written end, refuses what comes, and closes", async () => {
    const server = await served(endless, { context: 1024 });
    const asked = { ...ENDLESS, max_tokens: 300 };
    const keptAlive = await fetch(`${server.url}/models`);
    await keptAlive.text();
    const pending = events(server, "/completions", asked);
    await expect.poll(() => fetch(`${server.url.replace("/v1", "/health")}`).then((answer) => answer.status)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = server.stop();
    const data = await pending;
    expect(data.at(-1)).toBe("[DONE]");
    expect(data.at(-2)).toContain('"finish_reason":"length"');
    await stopped;
    await expect(fetch(`${server.url}/models`)).rejects.toThrow("fetch failed");
  });

  test("doesn't wait longer than it is told to", async () => {
    const server = await served(endless, { context: 4096 });
    const pending = Promise.all([
      post(server, "/completions", ENDLESS).then(
        (answer) => answer.status,
        (error: Error) => error.message,
      ),
      events(server, "/completions", ENDLESS).catch((error: Error) => error.message),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = performance.now();
    await server.stop({ graceSeconds: 0.1 });
    expect(performance.now() - began).toBeLessThan(3000);
    const [whole, stream] = await pending;
    expect(whole).not.toBe(200);
    if (Array.isArray(stream)) expect(stream).not.toContain("[DONE]");
  });
});
