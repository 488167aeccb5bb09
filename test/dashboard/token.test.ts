import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";
import { ask } from "./ask.ts";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { launchBrowser } from "./browser/page-under-test.ts";
import { sendRaw, statusOf } from "./raw.ts";

async function served(): Promise<Dashboard & { readonly token: string }> {
  const folder = temporaryFolder();
  makeGoodRun(join(folder, "a"));
  const dashboard = await startDashboard({ folder, port: 0 });
  onTestFinished(() => dashboard.close());
  return { ...dashboard, token: new URL(dashboard.url).searchParams.get("token")! };
}

test("this machine's other users need the token as well: it comes once in the address, then as a cookie", async () => {
  const { port, token, url } = await served();
  expect(url).toBe(`http://127.0.0.1:${port}/?token=${token}`);
  expect(token).toMatch(/^[\w-]{43}$/);
  for (const path of [
    "/",
    "/api/runs",
    "/api/events",
    "/api/runs/a/export/rollouts.jsonl",
    "/assets/x.js",
    `/?token=${token.toLowerCase()}x`,
    `/?token=x&token=${token}`,
    "/?token=",
  ]) {
    expect((await ask(port, path)).status, path).toBe(401);
    expect((await ask(port, path, {}, "HEAD")).status, path).toBe(401);
  }
  for (const cookie of [
    `aha-${port + 1}=${token}`,
    `aha-${port}=x; aha-${port}=${token.slice(1)}`,
    `AHA-${port}=${token}`,
  ]) {
    expect((await ask(port, "/api/runs", { cookie })).status, cookie).toBe(401);
  }
  // Opened, and opened again by the same address.
  for (const before of [{}, { cookie: `aha-${port}=${token}` }]) {
    const opened = await ask(port, `/?token=${token}`, before);
    expect([opened.status, opened.headers["location"]]).toEqual([303, "/"]);
    expect(String(opened.headers["set-cookie"])).toBe(`aha-${port}=${token}; Path=/; HttpOnly; SameSite=Strict`);
  }
  expect((await ask(port, "/api/runs", { cookie: `aha-${port}=${token}` })).status).toBe(200);
});

test.each([
  "//evil.example/",
  "/\\evil.example/",
  "///evil.example",
  "/\\/evil.example",
  "/%5cevil.example/",
  "/%09/evil.example",
  "http://evil.example/",
  "/./\\evil.example",
])("the token never leads to another host: %s", async (path) => {
  const { port, token } = await served();
  const answer = await sendRaw(port, [`GET ${path}?token=${token} HTTP/1.1`, `Host: 127.0.0.1:${port}`]);
  const location = /^location: (.*)$/im.exec(answer)?.[1]?.trim();
  if (statusOf(answer) === 303) expect(location).toBe("/");
  else expect([location, [400, 401, 404, 421].includes(statusOf(answer))]).toEqual([undefined, true]);
});

test.each([[], ["localhost"]])("none where one is wanted on a network, allowed names %j", async (...allowHosts) => {
  await expect(
    startDashboard({ folder: temporaryFolder(), port: 0, host: "0.0.0.0", accessToken: null, allowHosts }),
  ).rejects.toThrow(
    'Expected a token where others can reach the dashboard, got none for "0.0.0.0"; leave out `accessToken: null`, `host` or `allowHosts`.',
  );
});

describe.skipIf(findChromium() === null)(`in a browser (${NEEDS_CHROMIUM})`, () => {
  test.each(["the printed address", "the file that opens the browser"])(
    "%s shows the run, and keeps no token",
    async (way) => {
      const { url, token } = await served();
      const wanted = `${url}#/run/a`;
      const file = join(temporaryFolder(), "open.html");
      writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${wanted}">`);
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const page = await (await browser.newContext()).newPage();
      await page.goto(way === "the printed address" ? wanted : pathToFileURL(file).href);
      await page.locator(".facts").getByText("step 3").waitFor();
      expect(page.url()).not.toContain(token);
      expect(new URL(page.url()).hash).toBe("#/run/a");
      await page.reload();
      await page.locator(".facts").getByText("step 3").waitFor();
    },
  );

  test("a page whose server was restarted says what to do", async () => {
    const { url, port, close } = await served();
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.getByText("live", { exact: true }).waitFor();
    await close();
    await page.getByText("reconnecting").waitFor();
    const again = await startDashboard({ folder: temporaryFolder(), port });
    onTestFinished(() => again.close());
    await page.getByText("restarted: open the address that it printed").waitFor();
    // The new address, opened beside it, opens the door for this page as well.
    await (await page.context().newPage()).goto(again.url);
    await page.getByText("live", { exact: true }).waitFor();
  });
});
