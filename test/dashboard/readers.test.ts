import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { GroupDetail, RunList } from "../../src/dashboard/api.ts";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { makeGoodRun, makeHostileRuns } from "../hostile/make-hostile.ts";
import { ask, askJson } from "./ask.ts";

const STUCK = fileURLToPath(new URL("./stuck-reader.mjs", import.meta.url));
/** Seconds that a reading may take here. */
const SECONDS = 3;
/** Seconds in which a machine with other things to do may answer as well. */
const BUSY = 20;

async function serve(folder: string, stuck: boolean): Promise<Dashboard> {
  const dashboard = await startDashboard({
    folder,
    port: 0,
    accessToken: null,
    reader: { seconds: SECONDS, ...(stuck ? { program: [STUCK] } : {}) },
  });
  onTestFinished(() => dashboard.close());
  return dashboard;
}

function runs(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) makeGoodRun(join(folder, name));
  return folder;
}

const states = ({ runs: all }: RunList): Record<string, string> =>
  Object.fromEntries(all.map(({ id, state }) => [id, state]));

/** Asks for the list until it is as expected: milliseconds from the first question on. */
async function listed(port: number, expected: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  await vi.waitFor(async () => expect(states(await askJson<RunList>(port, "/api/runs"))).toMatchObject(expected), {
    timeout: BUSY * 1000,
    interval: 20,
  });
  return performance.now() - began;
}

/** What a list took, or for ever where it didn't come in time. */
async function listedOrNever(port: number, expected: Readonly<Record<string, string>>): Promise<number> {
  try {
    return await listed(port, expected);
  } catch {
    // A machine that is busy may need longer than any limit; that all tries do is a failure of `quickest`'s caller.
    return Infinity;
  }
}

/** The least of some tries, until one is below a limit: the others may wait for whatever else the machine does. */
async function quickest(attempt: () => Promise<number>, limit: number): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < 5 && least >= limit; tries++) least = Math.min(least, await attempt());
  return least;
}

/** Processes of Linux that load the stuck reader, below a process. */
function stuckReaders(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return (
          command.includes("stuck-reader.mjs") &&
          readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[1] === String(parent)
        );
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
}

describe("a run that hangs in native code", () => {
  test.each([1, 4])("%i of them: the list shows the others before any was read to its end", async (count) => {
    const hanging = Array.from({ length: count }, (_, i) => `hang-${i}`);
    const { port } = await serve(runs(...hanging, "m", "z"), true);
    // The first list waits for those that don't hang, and for no other: it may take whatever this machine needs.
    const { runs: shown } = await askJson<RunList>(port, "/api/runs");
    expect(Object.fromEntries(shown.map(({ id, state, problem }) => [id, [state, problem]]))).toEqual({
      ...Object.fromEntries(hanging.map((id) => [id, ["unreadable", "It is still being read."]])),
      m: ["interrupted", null],
      z: ["interrupted", null],
    });
    expect((await ask(port, "/api/runs/z")).status).toBe(200);
  });

  test("it is said to be so, isn't read again before it changes, and others are served all the time", async () => {
    const folder = runs("hang", "good");
    const { port } = await serve(folder, true);
    const asked = performance.now();
    const hung = ask(port, "/api/runs/hang");
    expect((await ask(port, "/api/runs/good")).status).toBe(200);
    const { status, text } = await hung;
    expect(status).toBe(422);
    expect(JSON.parse(text)).toEqual({
      error: `It took longer than ${SECONDS} s to read, so it was left alone; it is read again when its files change, or after a restart of the dashboard.`,
    });
    expect(performance.now() - asked).toBeLessThan(BUSY * 1000);
    const began = performance.now();
    expect((await ask(port, "/api/runs/hang")).text).toBe(text);
    expect((await askJson<RunList>(port, "/api/runs")).runs.find(({ id }) => id === "hang")?.problem).toBe(
      (JSON.parse(text) as { error: string }).error,
    );
    expect(performance.now() - began).toBeLessThan(1000);
    utimesSync(join(folder, "hang", "run.db"), new Date(), new Date());
    // Read again: it hangs again, and is asked about behind those that don't.
    const again = ask(port, "/api/runs/hang");
    expect(await Promise.race([again, new Promise((resolve) => setTimeout(resolve, 500, "still being read"))])).toBe(
      "still being read",
    );
  });

  test("in its completions: its figures are shown, the completions of others too", async () => {
    const { port } = await serve(runs("hang-late", "good"), true);
    const hung = ask(port, "/api/runs/hang-late/groups/1/0");
    expect((await ask(port, "/api/runs/good/groups/1/0")).status).toBe(200);
    expect((await ask(port, "/api/runs/hang-late")).status).toBe(200);
    expect((await hung).status).toBe(422);
  });

  test("the server ends at once", async () => {
    const dashboard = await startDashboard({
      folder: runs("hang", "hang-late"),
      port: 0,
      accessToken: null,
      reader: { program: [STUCK] },
    });
    const hung = Promise.allSettled([
      ask(dashboard.port, "/api/runs/hang"),
      ask(dashboard.port, "/api/runs/hang-late/aha"),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    await dashboard.close();
    expect(performance.now() - began).toBeLessThan(1000);
    await hung;
  });

  test.skipIf(process.platform !== "linux")("its reader ends when the server is killed (needs /proc)", async () => {
    const folder = runs("hang");
    const code = `const { startDashboard } = await import("${new URL("../../dist/dashboard/server/index.js", import.meta.url).href}"); const { port } = await startDashboard({ folder: ${JSON.stringify(folder)}, port: 0, accessToken: null, reader: { program: [${JSON.stringify(STUCK)}] } }); console.log(port);`;
    const server = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void server.kill("SIGKILL"));
    const port = await new Promise<number>((resolve) =>
      server.stdout.once("data", (data: Buffer) => resolve(Number(data.toString()))),
    );
    const hung = ask(port, "/api/runs/hang").catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const readers = stuckReaders(server.pid!);
    expect(readers.length).toBeGreaterThan(0);
    server.kill("SIGKILL");
    await hung;
    const lives = (pid: number): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
      } catch {
        return false;
      }
    };
    await vi.waitUntil(() => !readers.some(lives), { timeout: BUSY * 1000 });
  });
});

test("every hostile folder beside a good run: the list shows it within a second, and names what can't be read", async () => {
  const folder = runs("good");
  const hostile = makeHostileRuns(folder);
  // A folder whose database isn't a file of its own is no run.
  const shown = hostile.filter(({ name }) => !["database-fifo", "database-link"].includes(name));
  const over = await quickest(async () => {
    const usual = await listed((await serve(runs("good"), false)).port, { good: "interrupted" });
    return (await listedOrNever((await serve(folder, false)).port, { good: "interrupted" })) - 4 * usual;
  }, 1000);
  expect(over).toBeLessThan(1000);
  const { port } = await serve(folder, false);
  await listed(
    port,
    Object.fromEntries(
      shown.map(({ name, listed: as }) => [name, as === "unreadable" ? as : expect.not.stringMatching("unreadable")]),
    ) as Record<string, string>,
  );
  for (const { problem, state } of (await askJson<RunList>(port, "/api/runs")).runs)
    expect(problem === null).toBe(state !== "unreadable");
  for (const { victims } of hostile)
    for (const [path, content] of victims) expect(readFileSync(path, "latin1")).toBe(content);
});

test("each of them, looked into: an answer or one line, and the good run is served after it", async () => {
  const folder = runs("good");
  const hostile = makeHostileRuns(folder);
  mkdirSync(join(folder, "empty"));
  const { port } = await serve(folder, false);
  for (const { name } of hostile) {
    for (const part of ["", "/steps?after=-1"]) {
      const { status, text } = await ask(port, `/api/runs/${name}${part}`);
      expect([200, 404, 422], `${name}${part}: ${text.slice(0, 200)}`).toContain(status);
      if (status !== 200) expect((JSON.parse(text) as { error: string }).error).not.toContain("\n");
    }
  }
  for (const name of ["reward-null", "reward-deep", "bomb-rollouts"])
    expect((await ask(port, `/api/runs/${name}/groups/3/0`)).status, name).toBe(422);
  // An expression of the run's own that never ends costs the shading of tokens, not the text.
  const group = await askJson<GroupDetail>(port, "/api/runs/tokenizer-regex/groups/1/0");
  expect(group.completions.map(({ rollout, pieces }) => [rollout.rollout.text, pieces])).toEqual(
    group.completions.map(() => ["zzz", null]),
  );
  expect((await ask(port, "/api/runs/good/groups/1/0")).status).toBe(200);
});
