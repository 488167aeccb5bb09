import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startDashboard, type Dashboard, type DashboardOptions } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun } from "../hostile/make-hostile.ts";
import { ask } from "./ask.ts";
import { findChromium, NEEDS_CHROMIUM } from "./browser/find-chromium.ts";
import { launchBrowser, openPage } from "./browser/page-under-test.ts";

async function served(
  options: Partial<DashboardOptions> = {},
): Promise<Dashboard & { readonly cookie: string; readonly token: string }> {
  const folder = temporaryFolder();
  makeGoodRun(join(folder, "a"));
  const dashboard = await startDashboard({ folder, port: 0, ...options });
  onTestFinished(() => dashboard.close());
  const token = new URL(dashboard.url).searchParams.get("token")!;
  return { ...dashboard, token, cookie: `aha-${dashboard.port}=${token}` };
}

/** A proxy at a port of its own: takes the path's beginning off where `strip` says so, and passes on all else. */
async function proxied(to: number, strip: string): Promise<number> {
  const proxy = createServer((incoming, outgoing) => {
    const path = incoming.url!.startsWith(strip) ? incoming.url!.slice(strip.length) : incoming.url!;
    const passed = request({ host: "127.0.0.1", port: to, path, method: incoming.method, headers: incoming.headers });
    passed.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}

describe("--allow-host", () => {
  test("a name that was given is answered at any port, with the token alone; others aren't", async () => {
    const { port, cookie } = await served({ allowHosts: ["aha.example", "10.0.0.7"] });
    for (const host of ["aha.example", "AHA.example:443", "10.0.0.7:8888"]) {
      expect((await ask(port, "/api/runs", { host, cookie })).status, host).toBe(200);
      expect((await ask(port, "/api/runs", { host })).status, host).toBe(401);
    }
    for (const host of ["evil.example", "aha.example.evil.example", "10.0.0.8"])
      expect((await ask(port, "/api/runs", { host, cookie })).status, host).toBe(421);
  });

  test("TLS before it: the browser's word that it is the page's own, and an origin of a known name", async () => {
    const { port, cookie } = await served({ allowHosts: ["aha.example"] });
    const from = (origin: string, site: string, host: string = "aha.example") =>
      ask(port, "/api/runs", { host, cookie, origin, "sec-fetch-site": site });
    expect((await from("https://aha.example", "same-origin")).status).toBe(200);
    expect((await from("https://aha.example", "same-origin", `127.0.0.1:${port}`)).status).toBe(200);
    for (const [origin, site] of [
      ["https://aha.example", "same-site"],
      ["https://aha.example", "cross-site"],
      ["https://evil.example", "same-origin"],
      ["https://aha.example.evil", "same-origin"],
      ["null", "same-origin"],
      ["https://evil.example/https://aha.example", "same-origin"],
    ] as const)
      expect((await from(origin, site)).status, `${origin} ${site}`).toBe(403);
    // An old browser that says nothing of the site is no better than before.
    expect((await ask(port, "/api/runs", { host: "aha.example", cookie, origin: "https://aha.example" })).status).toBe(
      403,
    );
  });

  test.each(["http://a", "a:80", "*", "a/b", "", "-a", "a b"])("%j is no name", async (name) => {
    await expect(served({ allowHosts: [name] })).rejects.toThrow("Expected `allowHosts` to be names such as");
  });

  test("without a token it is refused: others can reach it", async () => {
    await expect(served({ allowHosts: ["aha.example"], accessToken: null })).rejects.toThrow("Expected a token where");
  });
});

describe("--base-path", () => {
  test("answers below it, and where a proxy has taken it off; the cookie and the redirect stay below it", async () => {
    const { port, cookie, token, url } = await served({ basePath: "/lab/aha" });
    expect(url).toBe(`http://127.0.0.1:${port}/lab/aha/?token=${token}`);
    const opened = await ask(port, `/lab/aha/?token=${token}`);
    expect([opened.status, opened.headers["location"]]).toEqual([303, "/lab/aha/"]);
    expect(String(opened.headers["set-cookie"])).toContain("Path=/lab/aha/;");
    const bare = await ask(port, "/lab/aha", { cookie });
    expect([bare.status, bare.headers["location"]]).toEqual([308, "/lab/aha/"]);
    for (const base of ["/lab/aha", ""]) {
      expect((await ask(port, `${base}/api/runs/a`, { cookie })).status, base).toBe(200);
      expect((await ask(port, `${base}/api/runs/a`)).status, base).toBe(401);
      expect((await ask(port, `${base}/`, { cookie })).text, base).toContain('src="./assets/');
    }
    for (const path of ["/lab/ahaa/api/runs", "/lab/aha/lab/aha/api/runs", "/LAB/aha/api/runs", "/lab/aha//api/runs"])
      expect((await ask(port, path, { cookie })).status, path).toBe(404);
  });

  test.each(["aha", "/aha/", "//evil.example", "/a//b", "/..", "/a/../b", "/a?b", "/a%2fb", "/a\\b", "/"])(
    "%j is none",
    async (basePath) => {
      await expect(served({ basePath })).rejects.toThrow("Expected `basePath` to be a path such as /aha");
    },
  );

  test.skipIf(findChromium() === null).each([
    ["keeps the path", ""],
    ["takes it off", "/lab/aha"],
  ])(`the page works behind a proxy that %s, from another port (${NEEDS_CHROMIUM})`, async (_name, strip) => {
    const { port, token } = await served({ basePath: "/lab/aha" });
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const { page, complaints, elsewhere } = await openPage(
      browser,
      `http://localhost:${await proxied(port, strip)}/lab/aha/?token=${token}`,
    );
    await page.getByRole("link", { name: "a", exact: true }).click();
    await page.getByText("The paper's two figures").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
  });
});
