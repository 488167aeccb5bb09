import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunList } from "../../src/dashboard/api.ts";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun, makeHostileRuns } from "../hostile/make-hostile.ts";
import { ask, askJson } from "./ask.ts";

const STUCK = fileURLToPath(new URL("./stuck-reader.mjs", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/dashboard/server/readers/reader-main.js", import.meta.url));

async function serve(folder: string, reader: string = STUCK): Promise<Dashboard> {
  const dashboard = await startDashboard({ folder, port: 0, accessToken: null, reader: [reader] });
  onTestFinished(() => dashboard.close());
  return dashboard;
}

function runs(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) makeGoodRun(join(folder, name));
  return folder;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [answer: T, milliseconds: number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

const states = ({ runs: all }: RunList): Record<string, string> => Object.fromEntries(all.map(({ id, state }) => [id, state]));

describe("a run that hangs in native code", () => {
  test.each([1, 4])("%i of them: the list has the others within a second, and says what is the matter", async (count) => {
    const hanging = Array.from({ length: count }, (_, i) => `hang-${i}`);
    const { port } = await serve(runs(...hanging, "m", "z"));
    const [list, took] = await timed(() => askJson<RunList>(port, "/api/runs"));
    expect(states(list)).toEqual({ m: "interrupted", z: "interrupted", ...Object.fromEntries(hanging.map((name) => [name, "unreadable"])) });
    console.log(took);
    expect(took).toBeLessThan(count === 1 ? 1000 : 2000);
    // Others are read on, while it is being looked at and after.
    const [{ status }, detail] = await timed(() => ask(port, "/api/runs/z"));
    expect(status).toBe(200);
    expect(detail).toBeLessThan(1000);
  });
});

test("hostile", async () => {
  const folder = temporaryFolder();
  makeGoodRun(join(folder, "good"));
  const hostile = makeHostileRuns(folder);
  const { port } = await serve(folder, BUILT);
  await ask(port, "/");
  await new Promise((r) => setTimeout(r, 500));
  const [list, took] = await timed(() => askJson<RunList>(port, "/api/runs"));
  console.log(took, hostile.filter((h) => h.listed !== (states(list)[h.name] === "unreadable" ? "unreadable" : "shown")).map((h) => [h.name, states(list)[h.name]]), list.runs.map((r) => r.id + " " + r.problem));
  expect(states(list)["good"]).toBe("interrupted");
}, 60_000);
