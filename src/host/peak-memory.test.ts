import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { peakBytesResident, peakMegabytesResident } from "./peak-memory.ts";

const MEGABYTE = 2 ** 20;

test("a process's peak is its own, however much the one that started it has", async () => {
  const program = new URL("../../dist/host/peak-memory.js", import.meta.url).href;
  const child = `const { peakBytesResident } = await import("${program}"); console.log(peakBytesResident());`;
  // A parent with 400 MB that it has touched, which starts the child.
  const parent = `
    import { execFileSync } from "node:child_process";
    const held = Buffer.alloc(400 * ${MEGABYTE}, 1);
    const told = execFileSync(process.execPath, ["--input-type=module", "-e", ${JSON.stringify(child)}]);
    console.log(Number(told), process.memoryUsage.rss(), held.length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", parent]);
  const [own, parents] = stdout.trim().split(" ").map(Number);
  expect(parents).toBeGreaterThan(400 * MEGABYTE);
  expect(own).toBeGreaterThan(20 * MEGABYTE);
  expect(own).toBeLessThan(200 * MEGABYTE);
});

test("it stays when memory is given back", () => {
  const held = Buffer.alloc(64 * MEGABYTE, 1);
  const peak = peakBytesResident();
  expect(peak).toBeGreaterThan(held.length);
  expect(peak).toBeGreaterThanOrEqual(process.memoryUsage.rss() - 16 * MEGABYTE);
  expect(peakMegabytesResident()).toBeGreaterThanOrEqual(Math.round(peak / MEGABYTE));
});
