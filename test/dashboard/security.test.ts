import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAllowedHost } from "../../src/host/allowed-hosts.ts";
import { guardRequests } from "../../src/dashboard/server/guard-requests.ts";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import type { RequestError } from "../../src/dashboard/server/request-error.ts";
import { createRunStore } from "../../src/store/index.ts";
import { CONFIG, stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { ask } from "./ask.ts";

function makeRun(folder: string): void {
  const store = createRunStore(folder, CONFIG);
  store.recordStep(1, stepMetrics(1), stepRollouts(1));
  store.close();
}

async function serve(folder: string, host?: string): Promise<Dashboard> {
  const dashboard = await startDashboard({
    folder,
    port: 0,
    ...(host === undefined ? { accessToken: null } : { host }),
  });
  onTestFinished(() => dashboard.close());
  return dashboard;
}

async function served(): Promise<Dashboard> {
  const folder = temporaryFolder();
  makeRun(join(folder, "a"));
  return serve(folder);
}

describe("who may ask", () => {
  test.each([
    ["its own address", "127.0.0.1", true],
    ["localhost", "localhost", true],
    ["IPv6", "[::1]", true],
    ["another site's name that points here", "evil.example", false],
    ["a name that begins like ours", "127.0.0.1.evil.example", false],
    ["a name with ours before an at", "127.0.0.1@evil.example", false],
  ])("Host: %s", async (_name, host, allowed) => {
    const { port } = await served();
    const { status } = await ask(port, "/api/runs", { host: `${host}:${port}` });
    // What is no name at all doesn't even reach the routes.
    expect(allowed ? [200] : [400, 421]).toContain(status);
  });

  test("Host: another port", async () => {
    const { port } = await served();
    // A tunnel from another port: a name of this machine can't be rebound, whatever its port is.
    expect((await ask(port, "/api/runs", { host: "localhost:9000" })).status).toBe(200);
    expect((await ask(port, "/api/runs", { host: "127.0.0.1" })).status).toBe(200);
    // But a page of another port is another site.
    const origin = { host: `127.0.0.1:${port}`, origin: "http://127.0.0.1:9000" };
    expect((await ask(port, "/api/runs", origin)).status).toBe(403);
    const site = { host: "localhost:9000", "sec-fetch-site": "same-site" };
    expect((await ask(port, "/api/runs", site)).status).toBe(403);
  });

  test.each([
    ["another site", { origin: "https://evil.example" }],
    ["a page in a sandbox", { origin: "null" }],
    ["this machine, another port", { origin: "http://127.0.0.1:1" }],
    ["another scheme", { origin: "https://127.0.0.1" }],
    ["a script of another site without an origin", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ["a page on another port of this machine", { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }],
    [
      "a frame of another site",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
    ],
    ["a link to data", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ])("refuses %s", async (_name, headers) => {
    const { port } = await served();
    const { status, text } = await ask(port, "/api/runs", headers as unknown as Record<string, string>);
    expect(status).toBe(403);
    expect(text).not.toContain("countdown");
  });

  test("lets in its own page, and a link that somebody clicked", async () => {
    const { port } = await served();
    expect(
      (await ask(port, "/api/runs", { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" })).status,
    ).toBe(200);
    expect(
      (
        await ask(port, "/", {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
        })
      ).status,
    ).toBe(200);
    expect((await ask(port, "/", { "sec-fetch-site": "none" })).status).toBe(200);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s needs the page's token", async (method) => {
    const { port } = await served();
    expect((await ask(port, "/api/runs", {}, method)).status).toBe(403);
    expect((await ask(port, "/api/runs", { "x-aha-token": "guess" }, method)).status).toBe(403);
  });

  test("even with it nothing can be changed", async () => {
    const app = new Hono().use(
      guardRequests({
        host: "127.0.0.1",
        allowHosts: [],
        basePath: "",
        port: () => 80,
        sessionToken: "secret",
        accessToken: null,
      }),
    );
    app.onError((error, context) => context.text(error.message, (error as RequestError).status));
    app.all("*", (context) => context.text("through"));
    const headers = { host: "127.0.0.1", "x-aha-token": "secret" };
    expect((await app.request("/", { method: "POST", headers })).status).toBe(405);
    expect((await app.request("/", { headers })).status).toBe(200);
  });

  test("every answer forbids scripts and frames, that of an error too", async () => {
    const { port } = await served();
    for (const [path, headers] of [
      ["/", {}],
      ["/api/runs", {}],
      ["/api/runs/none", {}],
      ["/nothing.js", {}],
      ["/api/runs", { host: "evil.example" }],
    ] as const) {
      const answer = await ask(port, path, headers as Record<string, string>);
      expect(answer.headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      expect(answer.headers["referrer-policy"]).toBe("no-referrer");
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("a server that others can reach", () => {
  test("is opened by its token alone, which then is a cookie", async () => {
    const folder = temporaryFolder();
    makeRun(join(folder, "a"));
    const { port, url } = await serve(folder, "0.0.0.0");
    const token = new URL(url).searchParams.get("token")!;
    expect(token.length).toBeGreaterThanOrEqual(43);
    expect((await ask(port, "/api/runs")).status).toBe(401);
    expect((await ask(port, `/api/runs?token=${token.slice(1)}`)).status).toBe(401);
    expect((await ask(port, "/api/runs", { cookie: `aha-${port}=${token.slice(1)}` })).status).toBe(401);
    const opened = await ask(port, `/?token=${token}`);
    expect(opened.status).toBe(303);
    expect(opened.headers["location"]).toBe("/");
    const cookie = String(opened.headers["set-cookie"]);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect((await ask(port, "/api/runs", { cookie: cookie.split(";")[0]! })).status).toBe(200);
    expect((await ask(port, "/", { cookie: cookie.split(";")[0]! })).text).not.toContain(token);
    // Another site's name still doesn't get in, with the cookie or without.
    expect((await ask(port, "/api/runs", { cookie: cookie.split(";")[0]!, host: `evil.example:${port}` })).status).toBe(
      421,
    );
  });

  test("a name given with --host is a name of the server; others are not", () => {
    const names = (host: string, ...allowHosts: string[]) => ({ host, allowHosts });
    expect(isAllowedHost("box.local:7654", names("box.local"))).toBe(true);
    expect(isAllowedHost("other.local:7654", names("box.local"))).toBe(false);
    expect(isAllowedHost("192.168.1.5:7654", names("0.0.0.0"))).toBe(true);
    expect(isAllowedHost("[fe80::1]:7654", names("::"))).toBe(true);
    expect(isAllowedHost("evil.example:7654", names("0.0.0.0"))).toBe(false);
    expect(isAllowedHost("192.168.1.5:7654", names("127.0.0.1"))).toBe(false);
    expect(isAllowedHost("127.0.0.1", names("127.0.0.1"))).toBe(true);
    expect(isAllowedHost("", names("127.0.0.1"))).toBe(false);
    expect(isAllowedHost(undefined, names("127.0.0.1"))).toBe(false);
    expect(isAllowedHost("Aha.Example", names("127.0.0.1", "aha.example"))).toBe(true);
    expect(isAllowedHost("aha.example:443", names("127.0.0.1", "aha.example"))).toBe(true);
    for (const evil of ["aha.example.evil", "xaha.example", "aha.example:99999", "aha.example@evil", "aha.example/x"])
      expect(isAllowedHost(evil, names("127.0.0.1", "aha.example")), evil).toBe(false);
  });
});

describe("no path leaves the folder", () => {
  test.each([
    "..",
    "%2e%2e",
    ".%2e",
    "..%2fsecret",
    "..%5csecret",
    "%2e%2e%2fsecret",
    "..%252fsecret",
    "a%2f..%2f..%2fsecret",
    "a%00",
    "%2fetc",
    ".",
    "%2e",
    "a/../../secret",
    "c:",
    "secret",
    "link",
    "linked-file",
    "%E0%A4%A",
  ])("run id %s", async (id) => {
    const outside = temporaryFolder();
    makeRun(join(outside, "secret"));
    const folder = join(outside, "runs");
    makeRun(join(folder, "a"));
    symlinkSync(join(outside, "secret"), join(folder, "link"));
    mkdirSync(join(folder, "linked-file"));
    symlinkSync(join(outside, "secret", "run.db"), join(folder, "linked-file", "run.db"));
    const { port } = await serve(folder);
    const { status, text } = await ask(port, `/api/runs/${id}`);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('"config"');
    expect((await ask(port, "/api/runs")).text.match(/"id":"[^"]*"/g)).toEqual(['"id":"a"']);
  });

  test("a link within the folder is a run like others", async () => {
    const folder = temporaryFolder();
    makeRun(join(folder, "a"));
    symlinkSync(join(folder, "a"), join(folder, "b"));
    const { port } = await serve(folder);
    expect((await ask(port, "/api/runs/b")).status).toBe(200);
  });

  test("a tokenizer that is a link to elsewhere isn't read", async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "tokenizer.json"), "{}");
    const folder = join(outside, "runs");
    makeRun(join(folder, "a"));
    mkdirSync(join(folder, "a", "final"));
    symlinkSync(join(outside, "tokenizer.json"), join(folder, "a", "final", "tokenizer.json"));
    const { port } = await serve(folder);
    const { status, text } = await ask(port, "/api/runs/a/groups/1/0");
    expect(status).toBe(200);
    expect((JSON.parse(text) as { completions: { pieces: unknown }[] }).completions[0]?.pieces).toBeNull();
  });

  test.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/server/index.js",
    "/index.html%00.js",
  ])("page file %s", async (path) => {
    const { port } = await served();
    const { status, text } = await ask(port, path);
    expect(status).toBe(404);
    expect(text).not.toContain("aha-rl");
  });

  test("a folder with one run shows that one, not its siblings", async () => {
    const folder = temporaryFolder();
    makeRun(join(folder, "a"));
    makeRun(join(folder, "b"));
    const { port } = await serve(join(folder, "a"));
    expect((await ask(port, "/api/runs/a")).status).toBe(200);
    expect((await ask(port, "/api/runs/b")).status).toBe(404);
  });

  test("a run that is moved away while the page is open is gone, with a line", async () => {
    const folder = temporaryFolder();
    makeRun(join(folder, "a"));
    const { port } = await serve(folder);
    expect((await ask(port, "/api/runs/a")).status).toBe(200);
    renameSync(join(folder, "a"), join(temporaryFolder(), "a"));
    expect((await ask(port, "/api/runs/a")).status).toBe(404);
  });
});
