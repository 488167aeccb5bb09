import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servePage, type ServedPage } from "../../src/server/page/serve-page.ts";
import { ask } from "../dashboard/ask.ts";
import { sendRaw, statusOf } from "../dashboard/raw.ts";

const above = mkdtempSync(join(tmpdir(), "aha-page-"));
const folder = join(above, "page");
let page: ServedPage;

beforeAll(async () => {
  for (const name of ["assets", "engine", "deep/er"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(above, "secret.txt"), "secret");
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "assets", "index.js"), "1");
  writeFileSync(join(folder, "engine", "x.wasm"), new Uint8Array([0, 97, 115, 109]));
  writeFileSync(join(folder, "engine", "x.mjs"), "2");
  writeFileSync(join(folder, "deep", "er", "model.safetensors"), "weights");
  symlinkSync(join(above, "secret.txt"), join(folder, "link.txt"));
  page = await servePage({ port: 0, folder });
});
afterAll(async () => {
  await page.close();
  rmSync(above, { recursive: true, force: true });
});

test.each([
  ["/", "text/html; charset=utf-8"],
  ["/index.html", "text/html; charset=utf-8"],
  ["/#seed=1", "text/html; charset=utf-8"],
  ["/assets/index.js", "text/javascript; charset=utf-8"],
  ["/engine/x.mjs", "text/javascript; charset=utf-8"],
  ["/engine/x.wasm", "application/wasm"],
  ["/deep/er/model.safetensors", "application/octet-stream"],
])("%s is %s, with its length", async (path, type) => {
  const { status, headers, text } = await ask(page.port, path);
  expect([status, headers["content-type"], headers["content-length"]]).toEqual([200, type, String(text.length)]);
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
});

test.each([
  "/../secret.txt",
  "/assets/../../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/..\\secret.txt",
  "//secret.txt",
  "/assets/%00",
  "/%ff",
  "/link.txt",
  "/assets",
  "/playground/",
])("%s is not there", async (path) => {
  const answer = await sendRaw(page.port, [`GET ${path} HTTP/1.1`, "host: localhost"]);
  expect([400, 404]).toContain(statusOf(answer));
  expect(answer).not.toMatch(/\n\r?\nsecret/);
});

test("what is kept: assets for good, the rest until it changes", async () => {
  expect((await ask(page.port, "/assets/index.js")).headers["cache-control"]).toContain("immutable");
  const { headers } = await ask(page.port, "/engine/x.wasm");
  expect(headers["cache-control"]).toBe("no-cache");
  const again = await ask(page.port, "/engine/x.wasm", { "if-none-match": String(headers["etag"]) });
  expect([again.status, again.text]).toEqual([304, ""]);
});

test("a name of elsewhere gets nothing, and nothing can be changed", async () => {
  expect((await ask(page.port, "/", { host: "evil.example" })).status).toBe(421);
  expect((await ask(page.port, "/", {}, "POST")).status).toBe(405);
  expect(await ask(page.port, "/", {}, "HEAD")).toMatchObject({ status: 200, text: "" });
});

describe("what can't be served", () => {
  let other: Server;
  let taken = 0;
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        other = createServer().listen(0, "127.0.0.1", () => {
          taken = (other.address() as { readonly port: number }).port;
          resolve();
        });
      }),
  );
  afterAll(() => other.close());

  test("a taken port", () =>
    expect(servePage({ port: taken, folder })).rejects.toThrow(`Expected port ${taken} to be free`));
  test("an address elsewhere", () =>
    expect(servePage({ port: 0, folder, host: "192.0.2.1" })).rejects.toThrow("an address of this machine"));
  test("a page that isn't built", () => expect(servePage({ folder: above })).rejects.toThrow("npm run build"));
  test("a port that is none", () => expect(servePage({ port: 70_000, folder })).rejects.toThrow("port"));
});
