import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";
import { ask } from "./ask.ts";
import { sendRaw, statusOf } from "./raw.ts";

describe("requests that no browser sends", () => {
  let dashboard: Dashboard;
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aha-raw-"));
    makeGoodRun(join(folder, "a"));
    dashboard = await startDashboard({ folder, port: 0, accessToken: null });
  });
  afterAll(async () => {
    await dashboard.close();
    rmSync(folder, { recursive: true });
  });
  const own = (): string => `Host: 127.0.0.1:${dashboard.port}`;

  test.each([
    "evil.example",
    "127.1",
    "2130706433",
    "0x7f.1",
    "localhost.",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "a@127.0.0.1",
    "127.0.0.1#@evil.example",
    "127.0.0.1,evil.example",
    "\u2460\u2461\u2466",
    "127\u30020\u30020\u30021",
    "127.0.0.1%00",
    "",
  ])("Host %j", async (name) => {
    const answer = await sendRaw(dashboard.port, [
      "GET /api/runs HTTP/1.1",
      `Host: ${Buffer.from(name).toString("latin1")}:${dashboard.port}`,
    ]);
    expect([400, 421]).toContain(statusOf(answer));
    expect(answer).not.toContain('"runs"');
  });

  test.each([
    ["no Host", ["GET /api/runs HTTP/1.1"]],
    ["an empty one", ["GET /api/runs HTTP/1.1", "Host:"]],
    ["none in HTTP/1.0", ["GET /api/runs HTTP/1.0"]],
    ["two, ours first", ["GET /api/runs HTTP/1.1", "OWN", "Host: evil.example"]],
    ["two, ours last", ["GET /api/runs HTTP/1.1", "Host: evil.example", "OWN"]],
    ["forwarded from elsewhere", ["GET /api/runs HTTP/1.1", "Host: evil.example", "X-Forwarded-Host: OWN"]],
    ["an absolute target, and another Host", ["GET http://127.0.0.1/api/runs HTTP/1.1", "Host: evil.example"]],
  ])("%s", async (_name, lines) => {
    const answer = await sendRaw(
      dashboard.port,
      lines.map((line) => line.replace("OWN", own())),
    );
    expect([400, 421]).toContain(statusOf(answer));
  });

  test.each([
    ["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
    ["a bad chunk", ["Transfer-Encoding: chunked"]],
    ["a folded header", ["X-Long: a", " b\u0000"]],
    ["3,000 headers", Array.from({ length: 3000 }, (_, i) => `X-${i}: ${"y".repeat(20)}`)],
  ])("%s", async (_name, more) => {
    const answer = await sendRaw(dashboard.port, ["POST /api/runs HTTP/1.1", own(), ...more], "zz\r\nbody\r\n");
    expect([400, 403, 431]).toContain(statusOf(answer));
    expect((await ask(dashboard.port, "/api/runs")).status).toBe(200);
  });

  test.each(["TRACE", "CONNECT", "PROPFIND", "QUERY", "POST", "OPTIONS"])("%s", async (method) => {
    const answer = await sendRaw(dashboard.port, [`${method} /api/runs HTTP/1.1`, own()]);
    expect([0, 400, 403]).toContain(statusOf(answer));
    expect(answer.toLowerCase()).not.toContain("access-control-");
  });

  test.each(["//api/runs", "/API/runs", "/api//runs", "/api/runs/", "/api/listing/a", "/listing/a", "/look/a"])(
    "%s is no other way in",
    async (path) => {
      expect((await ask(dashboard.port, path)).status).toBe(404);
    },
  );

  test("an encoded letter is the same address, with the same guard", async () => {
    expect(
      (await ask(dashboard.port, "/%61pi/runs", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }))
        .status,
    ).toBe(403);
  });

  test.each(["constructor", "__proto__", "%ff", "x".repeat(300), "a%2f", "..%2fa"])("run %s", async (id) => {
    expect([400, 404]).toContain((await ask(dashboard.port, `/api/runs/${id}`)).status);
  });

  test.each([
    ["sort=__proto__", 400],
    ["verdict=constructor", 400],
    ["limit=NaN", 400],
    ["limit=1e999", 400],
    ["offset=-1", 400],
    ["offset=9007199254740992", 400],
    [`text=${"x".repeat(1001)}`, 400],
    ["text=%ed%a0%80", 200],
    ["problem=%27%3B%20DROP%20TABLE%20rollouts--", 200],
    ["stepFrom=1%20OR%201", 400],
  ])("rollouts?%s", async (query, status) => {
    expect((await ask(dashboard.port, `/api/runs/a/rollouts?${query}`)).status).toBe(status);
  });

  test("groups by odd numbers", async () => {
    for (const place of ["1e9/0", "-1/0", "NaN/0", "1/99999999999"])
      expect((await ask(dashboard.port, `/api/runs/a/groups/${place}`)).status).toBe(400);
    expect((await ask(dashboard.port, "/api/runs/a/groups/999999999/0")).status).toBe(404);
  });

  test("101 runs in one stream", async () => {
    expect(
      (await ask(dashboard.port, `/api/events?runs=${Array.from({ length: 101 }, (_, i) => i).join(",")}`)).status,
    ).toBe(400);
  });

  test("an Accept-Encoding of 12 kB is read at once", async () => {
    const began = performance.now();
    for (const filler of [" ", ",", "gzip ;"])
      await ask(dashboard.port, "/api/runs", { "accept-encoding": filler.repeat(12_000 / filler.length) + "x" });
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
