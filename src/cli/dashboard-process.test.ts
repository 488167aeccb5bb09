import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDashboardProcess } from "./dashboard-process.ts";

/** A program that says where the page is, and then does as its body says. */
function program(body: string): string[] {
  const file = join(mkdtempSync(join(tmpdir(), "aha-beside-")), "program.mjs");
  writeFileSync(file, `console.log(JSON.stringify({ url: "http://127.0.0.1:1/", pid: process.pid }));\n${body}\n`);
  return [file];
}

async function secondsToEnd(body: string): Promise<number> {
  const { url, end } = await startDashboardProcess(program(body), "runs");
  expect(url).toBe("http://127.0.0.1:1/");
  const began = performance.now();
  await end();
  return (performance.now() - began) / 1000;
}

test("ends with its standard input", async () => {
  expect(await secondsToEnd('process.stdin.on("end", () => process.exit()).resume();')).toBeLessThan(4);
});

test("one that doesn't end is ended, so that a training beside it does", async () => {
  expect(
    await secondsToEnd(
      'for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => undefined);\nsetTimeout(() => { for (;;); }, 10);',
    ),
  ).toBeLessThan(10);
});

test("one that ends before it said where the page is: its own words", async () => {
  const file = program("")[0]!;
  writeFileSync(file, 'console.error("aha: no port"); process.exitCode = 2;');
  await expect(startDashboardProcess([file], "runs")).rejects.toThrow("aha: no port");
});
