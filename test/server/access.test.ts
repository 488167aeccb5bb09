import { createServer } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import { serve, type ServedApi, type ServeOptions } from "../../src/server/serve.ts";
import { sendRaw, statusOf } from "../dashboard/raw.ts";
import { post, served } from "./ask-server.ts";

const MODEL = shippedModel("countdown-base");
const ASK = { messages: [{ role: "user", content: "1 2 make 3" }], max_tokens: 1 };

let open: ServedApi;
let closed: ServedApi;
beforeAll(async () => {
  open = await served(MODEL, { maxBodyBytes: 2000 });
  closed = await served(MODEL, {
    token: "secret-token",
    allowHosts: ["models.example"],
    allowOrigins: ["https://app.example"],
    name: "my/model",
  });
});

describe("a token", () => {
  test.each([
    [{}, 401],
    [{ authorization: "Bearer other" }, 401],
    [{ authorization: "secret-token" }, 401],
    [{ authorization: "Basic secret-token" }, 401],
    [{ authorization: "Bearer secret-token" }, 200],
    [{ authorization: "bearer  secret-token" }, 200],
  ])("%j: %i", async (headers, status) => {
    const answer = await post(closed, "/chat/completions", ASK, { headers });
    expect(answer.status).toBe(status);
    if (status === 200) return expect(answer.body.model).toBe("my/model");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(answer.body.error).toMatchObject({ type: "authentication_error", code: "invalid_api_key" });
  });

  test("nobody needs one to know whether the server is there", async () => {
    const health = await fetch(closed.url.replace("/v1", "/health"));
    expect(await health.json()).toEqual({ status: "ok" });
    expect((await fetch(`${closed.url}/models`)).status).toBe(401);
  });

  test("a name with a slash is one name", async () => {
    const headers = { authorization: "Bearer secret-token" };
    for (const path of ["my/model", "my%2Fmodel"])
      expect((await fetch(`${closed.url}/models/${path}`, { headers })).status).toBe(200);
  });
});

describe("hosts and origins", () => {
  /** As no browser or client could say it. */
  const statusFor = async (host: string): Promise<number> =>
    statusOf(await sendRaw(closed.port, ["GET /health HTTP/1.1", `host: ${host}`, "connection: close"]));
  const get = (server: ServedApi, headers: Record<string, string>): Promise<Response> =>
    fetch(server.url.replace("/v1", "/health"), { headers });

  test.each([
    ["evil.example", 421],
    ["models.example", 200],
    ["models.example:443", 200],
    ["models.example.evil", 421],
  ])("host %s: %i", async (host, status) => expect(await statusFor(host)).toBe(status));

  test("a page of another site may not ask, one that is named may, and is told so", async () => {
    expect((await get(closed, { origin: "https://evil.example" })).status).toBe(403);
    expect((await get(open, { origin: "https://app.example" })).status).toBe(403);
    expect((await get(open, { origin: "null" })).status).toBe(403);
    expect((await get(open, { origin: `http://127.0.0.1:${open.port}` })).status).toBe(200);
    const allowed = await get(closed, { origin: "https://app.example" });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect((await get(closed, {})).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a browser that asks first is answered without a token, for a site that may ask", async () => {
    const ask = (origin: string): Promise<Response> =>
      fetch(`${closed.url}/chat/completions`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-headers": "authorization", "access-control-request-method": "POST" },
      });
    const answer = await ask("https://app.example");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-headers")).toBe("authorization");
    expect((await ask("https://evil.example")).status).toBe(403);
  });
});

test("a body that is too large is refused, whether it says its length or not", async () => {
  const large = { ...ASK, user: "x".repeat(3000) };
  expect(await post(open, "/chat/completions", large)).toMatchObject({
    status: 413,
    body: { error: { type: "invalid_request_error", code: "request_too_large" } },
  });
  const chunks = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(500))),
  });
  const init = { method: "POST", body: chunks, duplex: "half" } as RequestInit;
  const status = await fetch(`${open.url}/completions`, init).then(
    (answer) => answer.status,
    // The server may close the connection before the client has seen the answer.
    () => 413,
  );
  expect(status).toBe(413);
  expect((await post(open, "/chat/completions", ASK)).status).toBe(200);
});

describe("what can't be served is one line", () => {
  test.each([
    [{ host: "0.0.0.0" }, /a token where others can reach the server, got none for "0\.0\.0\.0"/],
    [{ token: "two words" }, /`token` to be letters, digits and signs without spaces/],
    [{ port: 70_000 }, /`port`/],
    [{ slots: 0 }, /`slots` to be an integer from 1 to 1024, got 0/],
    [{ temprature: 1 }, /Did you mean `temperature`\?/],
  ] as readonly (readonly [ServeOptions, RegExp])[])("%j", async (options, message) => {
    const error: unknown = await serve(MODEL, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(message);
  });

  test("a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { readonly port: number };
    await expect(serve(MODEL, { port, workers: 1 })).rejects.toThrow(`Expected port ${port} to be free`);
    await new Promise((resolve) => other.close(resolve));
  });
});
