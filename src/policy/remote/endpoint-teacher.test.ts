import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { type ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { AhaError, OptionError, RunError } from "../../errors.ts";
import { createEndpointTeacher } from "./endpoint-teacher.ts";

import { stub, send, completion, echo, teacher, ask, failureOf } from "../../../test/contracts/fake-endpoint.ts";

describe("an endpoint that works", () => {
  const said = "<answer> 3 </answer>";
  const thought = " 1 + 2 = 3\n";
  test.each([
    { content: said, reasoning_content: thought },
    { content: said, reasoning: thought, reasoning_content: null },
    { content: said, thinking: thought },
    { content: said, reasoning_details: [{ type: "reasoning.text", text: thought }] },
    { content: said, provider_specific_fields: { reasoning_content: thought } },
    { content: [{ type: "text", text: said }], reasoning_content: thought },
    {
      content: [
        { type: "thinking", thinking: thought },
        { type: "text", text: said },
      ],
    },
    {
      content: [
        { type: "thinking", thinking: [{ type: "text", text: thought }] },
        { type: "text", text: said },
      ],
    },
    { content: [{ type: "text", text: `<think>\n1 + 2 = 3\n</think>\n\n${said}` }] },
  ])("the thinking of %j stands before the answer", async (message) => {
    const { baseUrl } = await stub((response) =>
      send(response, 200, { choices: [{ index: 0, finish_reason: "stop", message }] }),
    );
    const answers = await teacher(baseUrl).teacher.complete([{ id: "a", prompt: "p", samples: 1 }]);
    expect(answers.get("a")).toEqual([
      { text: "<think>\n1 + 2 = 3\n</think>\n\n<answer> 3 </answer>", finished: true },
    ]);
  });

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
      `Expected ${baseUrl} to answer for the model "m", got status 500 ("out of\\nmemory") at the last of 4 tries; check that the server is well and its limits allow so many requests. 2 of 5 samples are kept in "${journal}"; the same command goes on from there.`,
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
      `Expected ${baseUrl} to answer for the model "m", got status ${status} ("no: ***"); ${advice}`,
    );
    expect(error.message).toContain("0 of 3 samples are kept");
    expect(error.message).not.toContain("\n");
    expect(asked).toHaveLength(1);
  });
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
