import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { AhaError, OptionError, RunError } from "../../errors.ts";
import { createEndpointTeacher, type EndpointTeacher, type EndpointTeacherOptions } from "./endpoint-teacher.ts";

interface Asked {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly messages: readonly { readonly content: string }[] } & Readonly<
    Record<string, unknown>
  >;
}

type Reply = (response: ServerResponse, asked: Asked, count: number) => void;

/** A server on this machine that answers as it is told; `count` is the number of the request, from 1. */
async function stub(
  reply: Reply,
): Promise<{ baseUrl: string; asked: Asked[]; mostAtOnce: () => number; stop: () => void }> {
  const asked: Asked[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    most = Math.max(most, ++open);
    response.on("close", () => open--);
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      asked.push({
        url: request.url ?? "",
        authorization: request.headers.authorization,
        body: JSON.parse(text) as Asked["body"],
      });
      reply(response, asked.at(-1)!, asked.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(stop);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    mostAtOnce: () => most,
    stop,
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const completion = (content: unknown, reason = "stop"): object => ({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: reason }],
});
const echo: Reply = (response, { body }, count) =>
  send(response, 200, completion(`${body.messages[0]!.content} #${count}`));

function teacher(
  baseUrl: string,
  changes: Partial<EndpointTeacherOptions> = {},
): { teacher: EndpointTeacher; waits: number[]; journal: string } {
  const waits: number[] = [];
  const journal = changes.journal ?? join(temporaryFolder(), "deep", "journal.jsonl");
  const sleep = async (seconds: number): Promise<void> => void waits.push(seconds);
  return {
    teacher: createEndpointTeacher({
      baseUrl,
      model: "m",
      temperature: 0.6,
      maxTokens: 16,
      concurrency: 1,
      sleep,
      ...changes,
      journal,
    }),
    waits,
    journal,
  };
}

const ask = (one: EndpointTeacher, samples = 1): ReturnType<EndpointTeacher["complete"]> =>
  one.complete([{ id: "a", prompt: "2+2", samples }]);
const failureOf = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail("it didn't fail"),
    (error: Error) => error,
  );

describe("an endpoint that works", () => {
  test("gives each request its samples, in order, and is asked once for each", async () => {
    const { baseUrl, asked } = await stub(echo);
    const progress: [number, number][] = [];
    const answers = await teacher(`${baseUrl}/`).teacher.complete(
      [
        { id: "a", prompt: "p", samples: 2 },
        { id: "b", prompt: "q", samples: 1 },
      ],
      (done, total) => progress.push([done, total]),
    );
    expect(answers).toEqual(
      new Map([
        [
          "a",
          [
            { text: "p #1", finished: true },
            { text: "p #2", finished: true },
          ],
        ],
        ["b", [{ text: "q #3", finished: true }]],
      ]),
    );
    expect(progress).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(asked[0]).toEqual({
      url: "/v1/chat/completions",
      authorization: "Bearer none",
      body: { model: "m", temperature: 0.6, max_tokens: 16, messages: [{ role: "user", content: "p" }] },
    });
  });

  test("never sees a key, organisation or project from the environment", async () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-secret");
    vi.stubEnv("OPENAI_ADMIN_KEY", "sk-admin");
    vi.stubEnv("OPENAI_ORG_ID", "org-secret");
    onTestFinished(() => void vi.unstubAllEnvs());
    const headers: unknown[] = [];
    const { baseUrl, asked } = await stub((response, one, count) => {
      headers.push(response.req.headers);
      echo(response, one, count);
    });
    await ask(teacher(baseUrl).teacher);
    await ask(teacher(baseUrl, { apiKey: "mine" }).teacher);
    expect(asked.map(({ authorization }) => authorization)).toEqual(["Bearer none", "Bearer mine"]);
    expect(JSON.stringify(headers)).not.toMatch(/secret|sk-/);
  });

  test("is asked as often at a time as was said, without warnings", async () => {
    const warned = vi.spyOn(process, "emitWarning");
    onTestFinished(() => warned.mockRestore());
    const { baseUrl, mostAtOnce } = await stub(
      (response, one, count) => void setTimeout(() => echo(response, one, count), 30),
    );
    const answers = await teacher(baseUrl, { concurrency: 20 }).teacher.complete([
      { id: "a", prompt: "p", samples: 60 },
    ]);
    expect(new Set(answers.get("a")?.map(({ text }) => text)).size).toBe(60);
    expect(mostAtOnce()).toBe(20);
    expect(warned).not.toHaveBeenCalled();
  });

  test.each([
    ["cut at the length limit", completion("half", "length"), { text: "half", finished: false }],
    ["null", completion(null), { text: "", finished: false }],
    ["empty", completion(""), { text: "", finished: false }],
    ["filtered away", { choices: [] }, { text: "", finished: false }],
    ["without a message", { choices: [{ finish_reason: "stop" }] }, { text: "", finished: false }],
    ["in Chinese, with a line separator", completion("二\u2028\n"), { text: "二\u2028\n", finished: true }],
  ])("keeps a text that is %s", async (_, body, expected) => {
    const { baseUrl, asked } = await stub((response) => send(response, 200, body));
    const { teacher: one, journal } = teacher(baseUrl);
    expect((await ask(one)).get("a")).toEqual([expected]);
    expect((await ask(teacher(baseUrl, { journal }).teacher)).get("a")).toEqual([expected]);
    expect(asked).toHaveLength(1);
  });
});

describe("an endpoint that fails in passing is asked again", () => {
  test.each([
    ["500", (response: ServerResponse) => send(response, 500, { error: { message: "boom" } })],
    [
      "503 with a page",
      (response: ServerResponse) => send(response, 503, "<html>busy</html>", { "content-type": "text/html" }),
    ],
    ["409", (response: ServerResponse) => send(response, 409, {})],
    ["408", (response: ServerResponse) => send(response, 408, {})],
    ["invalid JSON", (response: ServerResponse) => send(response, 200, '{"choices": [')],
    [
      "a page instead of JSON",
      (response: ServerResponse) => send(response, 200, "<html>", { "content-type": "text/html" }),
    ],
    ["JSON that is something else", (response: ServerResponse) => send(response, 200, { error: "no" })],
    ["JSON null", (response: ServerResponse) => send(response, 200, "null")],
    ["nothing", (response: ServerResponse) => send(response, 204, "")],
    ["a closed connection", (response: ServerResponse) => void response.destroy()],
    [
      "half an answer",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write('{"choices"', () => response.destroy());
      },
    ],
    ["silence", () => undefined],
    [
      "headers, and then silence",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"choices"');
      },
    ],
  ])("%s", async (_, bad) => {
    const { baseUrl } = await stub((response, one, count) => (count <= 2 ? bad(response) : echo(response, one, count)));
    const { teacher: one, waits } = teacher(baseUrl, { timeoutSeconds: 0.5 });
    expect((await ask(one)).get("a")).toEqual([{ text: "2+2 #3", finished: true }]);
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(0.5);
    expect(waits[1]).toBeLessThanOrEqual(2);
  });

  test("429, after the time that it asks for", async () => {
    const { baseUrl } = await stub((response, one, count) =>
      count <= 2
        ? send(response, 429, { error: { message: "slow down" } }, { "retry-after": count === 1 ? "7" : "3600" })
        : echo(response, one, count),
    );
    const { teacher: one, waits } = teacher(baseUrl);
    await ask(one);
    expect(waits[0]).toBeGreaterThanOrEqual(7);
    expect(waits[0]).toBeLessThan(8);
    expect(waits[1]).toBe(60);
  });

  test("and given up on in one line, which says what is kept and that one can go on", async () => {
    const { baseUrl, asked } = await stub((response, one, count) =>
      count <= 2 ? echo(response, one, count) : send(response, 500, { error: { message: "out of\nmemory" } }),
    );
    const { teacher: one, journal } = teacher(baseUrl, { retries: 3 });
    const error = await failureOf(ask(one, 5));
    expect(error).toBeInstanceOf(AhaError);
    expect(error.message).toBe(
      `Expected ${baseUrl} to answer for the model "m", got status 500 ("500 out of\\nmemory") at the last of 4 tries; check that the server is well and its limits allow so many requests. 2 of 5 samples are kept in "${journal}"; the same command goes on from there.`,
    );
    expect(asked).toHaveLength(2 + 4);
  });

  test("a server that is not there, or without retries", async () => {
    const { baseUrl, stop } = await stub(echo);
    stop();
    expect((await failureOf(ask(teacher(baseUrl, { retries: 2 }).teacher))).message).toMatch(
      /got no connection \(ECONNREFUSED\) at the last of 3 tries; check that the server runs and can be reached. 0 of 1 samples/,
    );
    expect((await failureOf(ask(teacher(baseUrl, { retries: 0 }).teacher))).message).toMatch(
      /got no connection \(ECONNREFUSED\); check/,
    );
  });

  test("a server that hangs for ever", async () => {
    const { baseUrl } = await stub(() => undefined);
    expect((await failureOf(ask(teacher(baseUrl, { retries: 1, timeoutSeconds: 0.1 }).teacher))).message).toContain(
      "got no answer within 0.1 seconds at the last of 2 tries",
    );
  });

  test("an answer without an end", async () => {
    const { baseUrl } = await stub((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const chunk = Buffer.alloc(2 ** 20, "x");
      const more = (): void => void (!response.destroyed && response.write(chunk, more));
      more();
    });
    expect((await failureOf(ask(teacher(baseUrl, { retries: 0, timeoutSeconds: 60 }).teacher))).message).toContain(
      "got an answer of more than 67108864 bytes",
    );
  });
});

describe("an endpoint that refuses fails at once", () => {
  test.each([
    [401, "check the API key"],
    [403, "check that the API key may use this model"],
    [404, "check the base URL (it often ends in /v1) and the model's name"],
    [400, "check the model's name, `maxTokens` and `temperature`"],
  ])("%i", async (status, advice) => {
    const { baseUrl, asked } = await stub((response) => send(response, status, { error: { message: `no: key-123` } }));
    const error = await failureOf(ask(teacher(baseUrl, { apiKey: "key-123" }).teacher, 3));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain(
      `Expected ${baseUrl} to answer for the model "m", got status ${status} ("${status} no: ***"); ${advice}`,
    );
    expect(error.message).toContain("0 of 3 samples are kept");
    expect(error.message).not.toContain("\n");
    expect(asked).toHaveLength(1);
  });
});

describe("a hostile endpoint gets one line", () => {
  const key = "sk-Proj-0123456789abcdef";
  const once = (baseUrl: string, changes: Partial<EndpointTeacherOptions> = {}): Promise<Error> =>
    failureOf(ask(teacher(baseUrl, { retries: 0, apiKey: key, ...changes }).teacher));

  test.each<[string, Reply, string]>([
    [
      "for an answer of a million levels",
      (response) => send(response, 200, "[".repeat(1e6) + "]".repeat(1e6)),
      "got an answer that is no JSON of at most 64 levels",
    ],
    [
      "for an error of a million levels",
      (response) => send(response, 500, `{"error":${"[".repeat(1e6)}${"]".repeat(1e6)}}`),
      "got an answer that is no JSON of at most 64 levels",
    ],
    [
      "for a million objects in an answer",
      (response) => send(response, 200, `[${"{},".repeat(2 ** 20)}{}]`),
      "1048576 objects",
    ],
    [
      "for a completion of 11 MB",
      (response) => send(response, 200, completion("x".repeat(11_000_000))),
      "got a completion of 11000000 characters",
    ],
    [
      "for a body that is small only as it is sent",
      (response) =>
        void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(2 ** 26 + 1, " "))),
      "got an answer of more than 67108864 bytes",
    ],
    [
      "for the key in a completion",
      (response) => send(response, 200, completion(`your key is ${key}`)),
      "got a completion that repeats the API key",
    ],
    [
      "for the key in an answer of another form",
      (response) => send(response, 200, { key }),
      'an answer that is no completion ("{',
    ],
    [
      "for the key in base64 in an error",
      (response) =>
        send(response, 401, { error: { message: `no: ${Buffer.from(`Bearer ${key}`).toString("base64")}` } }),
      "no: ",
    ],
    [
      "for the key with spaces in an error",
      (response) => send(response, 401, { error: { message: key.split("").join(" ") } }),
      "***",
    ],
    ["for escapes", (response) => send(response, 400, { error: { message: "\u001b[2J\u202e" } }), "status 400"],
    [
      "for headers without an end",
      (response) =>
        void response
          .writeHead(200, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x-${i}`, "y".repeat(100)])))
          .end(),
      "got ",
    ],
  ])("%s", async (_, reply, says) => {
    const { baseUrl } = await stub(reply);
    const { message } = await once(baseUrl);
    expect(message.replace('({"', '("{')).toContain(says);
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    for (const form of [key, Buffer.from(key).toString("base64").slice(0, 20), key.split("").join(" ")])
      expect(message).not.toContain(form);
  });

  test("for a redirect, which is not followed: neither prompt nor key go elsewhere", async () => {
    const other = await stub(echo);
    const { baseUrl } = await stub(
      (response) => void response.writeHead(307, { location: `${other.baseUrl}/chat/completions` }).end(),
    );
    expect((await once(baseUrl, { retries: 3 })).message).toContain(
      `got a redirect to "${other.baseUrl}/chat/completions"; give the address that answers itself`,
    );
    expect(other.asked).toEqual([]);
  });

  test("for an answer by drips, in the time of one answer", async () => {
    const { baseUrl } = await stub((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    const started = performance.now();
    expect((await once(baseUrl, { timeoutSeconds: 0.4 })).message).toContain("got no answer within 0.4 seconds");
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each(["999999999", "-5", "NaN", "1e999", "Fri, 31 Dec 9999 23:59:59 GMT", "x".repeat(5000)])(
    "and waits no longer than a minute: Retry-After %#",
    async (header) => {
      const { baseUrl } = await stub((response, one, count) =>
        count === 1 ? send(response, 429, {}, { "retry-after": header }) : echo(response, one, count),
      );
      const { teacher: one, waits } = teacher(baseUrl);
      await ask(one);
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeGreaterThan(0);
      expect(waits[0]).toBeLessThanOrEqual(60);
    },
  );

  test.each([
    [{ choices: null }],
    [{ choices: { length: 1 } }],
    [{ choices: [null] }],
    [{ choices: [[]] }],
    [{ choices: [{ message: { content: { toString: 1 } } }] }],
    ['{"__proto__": {"choices": []}}'],
    [[]],
    ["7"],
  ])("or nothing for %j", async (body) => {
    const { baseUrl } = await stub((response) => send(response, 200, body));
    const result = await ask(teacher(baseUrl, { retries: 0 }).teacher).catch((error: unknown) => error);
    if (result instanceof Map) expect(result.get("a")).toEqual([{ text: "", finished: false }]);
    else expect(result).toBeInstanceOf(AhaError);
  });
});

test("a key over plain http to another machine is warned of, and one over TLS or to this machine isn't", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  for (const baseUrl of ["https://host/v1", "http://127.0.0.1:1/v1", "http://localhost/v1"])
    teacher(baseUrl, { apiKey: "secret-key" });
  teacher("http://host/v1");
  expect(warned).not.toHaveBeenCalled();
  teacher("http://host/v1", { apiKey: "secret-key" });
  expect(warned.mock.calls).toEqual([
    ["The API key is sent to host by plain http, where others can read it; use https or a tunnel."],
  ]);
});

describe("what the journal holds is not asked for again", () => {
  test("after the server disappears half-way", async () => {
    const first = await stub((response, one, count) => {
      if (count === 4) first.stop();
      else echo(response, one, count);
    });
    const { teacher: one, journal } = teacher(first.baseUrl, { retries: 1 });
    expect((await failureOf(ask(one, 6))).message).toContain("3 of 6 samples are kept");
    expect(readFileSync(journal, "utf8").split("\n")).toHaveLength(4);
  });

  test("after a kill in the middle of a line, also for more samples", async () => {
    const { baseUrl, asked } = await stub(echo);
    const { teacher: one, journal } = teacher(baseUrl);
    const before = await ask(one, 4);
    truncateSync(journal, readFileSync(journal).length - 9);
    const progress: number[] = [];
    const after = await teacher(baseUrl, { journal }).teacher.complete(
      [{ id: "a", prompt: "2+2", samples: 6 }],
      (done) => progress.push(done),
    );
    expect(asked).toHaveLength(4 + 3);
    expect(after.get("a")?.slice(0, 3)).toEqual(before.get("a")?.slice(0, 3));
    expect(after.get("a")).toHaveLength(6);
    expect(progress).toEqual([3, 4, 5, 6]);
    const lines = readFileSync(journal, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as [key: string]);
    expect(lines.map(([key]) => Number(key.split(" ")[1]))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("but is for another prompt, model or temperature, beside what is there", async () => {
    const { baseUrl, asked } = await stub(echo);
    const { journal, teacher: one } = teacher(baseUrl);
    await ask(one);
    await ask(teacher(baseUrl, { journal, model: "other" }).teacher);
    await ask(teacher(baseUrl, { journal, temperature: 1 }).teacher);
    await one.complete([{ id: "a", prompt: "3+3", samples: 1 }]);
    expect(asked).toHaveLength(4);
    await ask(teacher(baseUrl, { journal, concurrency: 9, retries: 0, apiKey: "k" }).teacher);
    expect(asked).toHaveLength(4);
  });

  test("unless the journal is damaged: then it says where", async () => {
    const { baseUrl, asked } = await stub(echo);
    const { teacher: one, journal } = teacher(baseUrl);
    await ask(one);
    appendFileSync(journal, '{"id": "a"}\n');
    const error = await failureOf(ask(one));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toContain("Expected line 2 of the journal");
    expect(asked).toHaveLength(1);
  });

  test("a folder in the journal's place is refused before anything is asked", async () => {
    const { baseUrl, asked } = await stub(echo);
    await expect(ask(teacher(baseUrl, { journal: temporaryFolder() }).teacher)).rejects.toThrow(
      "a folder stands where a file is needed",
    );
    expect(asked).toHaveLength(0);
  });
});

describe("stopped by a signal", () => {
  test("during a request: the answers that came are kept", async () => {
    const controller = new AbortController();
    const { baseUrl, asked } = await stub((response, one, count) => {
      if (count <= 2) echo(response, one, count);
      else controller.abort(new Error("Ctrl-C"));
    });
    const { teacher: one, journal } = teacher(baseUrl);
    await expect(one.complete([{ id: "a", prompt: "p", samples: 5 }], undefined, controller.signal)).rejects.toThrow(
      "Ctrl-C",
    );
    expect(asked).toHaveLength(3);
    expect(readFileSync(journal, "utf8").trimEnd().split("\n")).toHaveLength(2);
  });

  test("during a wait, and before the start", async () => {
    const controller = new AbortController();
    const { baseUrl, asked } = await stub((response) => {
      send(response, 429, {}, { "retry-after": "60" });
      setTimeout(() => controller.abort(), 100);
    });
    const journal = join(temporaryFolder(), "j.jsonl");
    const one = createEndpointTeacher({ baseUrl, model: "m", temperature: 1, maxTokens: 1, journal });
    await expect(one.complete([{ id: "a", prompt: "p", samples: 1 }], undefined, controller.signal)).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
    await expect(one.complete([{ id: "a", prompt: "p", samples: 1 }], undefined, controller.signal)).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});

test.each([
  [{ baseUrl: "localhost:8000" }, "Expected `baseUrl`"],
  [{ baseUrl: "file:///etc/passwd" }, "Expected `baseUrl`"],
  [{ baseUrl: "http://me:secret@host/v1" }, "without user, password"],
  [{ baseUrl: "http://host/v1?key=secret" }, "without user, password"],
  [{ model: "" }, "Expected `model`"],
  [{ journal: "" }, "Expected `journal`"],
  [{ apiKey: "sec\nret" }, "Expected `apiKey`"],
  [{ temperature: Number.NaN }, "Expected `temperature`"],
  [{ maxTokens: 0 }, "Expected `maxTokens`"],
  [{ timeoutSeconds: 301 }, "Expected `timeoutSeconds`"],
  [{ retries: -1 }, "Expected `retries`"],
  [{ concurrency: 0 }, "Expected `concurrency`"],
])("an option that can't be used is refused: %j", (changes, text) => {
  const make = (): unknown =>
    createEndpointTeacher({
      baseUrl: "http://127.0.0.1:1/v1",
      model: "m",
      temperature: 1,
      maxTokens: 1,
      journal: "j",
      ...changes,
    });
  expect(make).toThrow(text);
  expect(make).not.toThrow(/sec/);
});

test("two requests of one id are refused, and none are done at once", async () => {
  const { teacher: one, journal } = teacher("http://127.0.0.1:1/v1");
  const request = { id: "a", prompt: "p", samples: 1 };
  await expect(one.complete([request, request])).rejects.toThrow('got "a" twice');
  expect(existsSync(journal)).toBe(false);
  expect(await one.complete([])).toEqual(new Map());
  writeFileSync(journal, "");
  expect(await one.complete([{ ...request, samples: 0 }])).toEqual(new Map([["a", []]]));
});
