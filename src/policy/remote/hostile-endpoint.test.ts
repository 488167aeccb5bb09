import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AhaError } from "../../errors.ts";
import { type EndpointTeacherOptions } from "./endpoint-teacher.ts";

import {
  type Reply,
  stub,
  send,
  completion,
  echo,
  teacher,
  ask,
  failureOf,
} from "../../../test/contracts/fake-endpoint.ts";

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
