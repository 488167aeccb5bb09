/**
 * Looks at the built page in a browser: serves dist/playground below a sub path and takes a picture.
 *
 *   node scripts/playground-shot.mjs OUT.png [--hash seed=1] [--click Train] [--wait 6000] [--width 1280]
 *     [--theme light|dark] [--at "#one-step"] [--height 900]
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".css": "text/css",
};
const root = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "playground");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hash: { type: "string", default: "" },
    click: { type: "string", multiple: true, default: [] },
    wait: { type: "string", default: "3000" },
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "900" },
    theme: { type: "string", default: "light" },
    at: { type: "string", default: "" },
  },
});

async function serve(question, answer) {
  const path = new URL(question.url, "http://x").pathname.replace(/^\/sub\/path\//, "") || "index.html";
  try {
    const bytes = await readFile(join(root, path));
    answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes);
  } catch {
    answer.writeHead(404).end();
  }
}

const server = createServer((question, answer) => void serve(question, answer));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({
  viewport: { width: Number(values.width), height: Number(values.height) },
  colorScheme: values.theme,
});
page.on("console", (message) => console.log("console:", message.text()));
page.on("pageerror", (error) => console.log("page error:", error.message));
await page.goto(`http://127.0.0.1:${server.address().port}/sub/path/#${values.hash}`);
for (const name of values.click) {
  await page.getByRole("button", { name, exact: true }).first().click({ timeout: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, Number(values.wait)));
}
if (values.click.length === 0) await new Promise((resolve) => setTimeout(resolve, Number(values.wait)));
if (values.at === "") await page.screenshot({ path: positionals[0], fullPage: true, timeout: 20_000 });
else await page.locator(values.at).first().screenshot({ path: positionals[0], timeout: 20_000 });
await browser.close();
process.exit(0);
