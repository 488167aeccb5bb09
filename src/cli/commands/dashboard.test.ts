import { expect, test, vi } from "vitest";
import { fakeHost, type FakeHost } from "../../../test/cli/fake-host.ts";
import { fakeCompositions, SUMMARY } from "../../../test/cli/fake-results.ts";
import { OptionError } from "../../errors.ts";
import { runCommandLine } from "../command-line.ts";
import type { Compositions } from "../compositions.ts";
import { hasDesktop } from "../open-browser.ts";

/** A dashboard that is open until it is closed, and what was asked of it. */
function fakeDashboard(): { readonly asked: object[]; closed: boolean; readonly compositions: Partial<Compositions> } {
  const fake = {
    asked: [] as object[],
    closed: false,
    compositions: {
      dashboard: async ({ onMistake: _onMistake, ...options }) => {
        fake.asked.push(options);
        return { url: "http://127.0.0.1:7654/", port: 7654, close: async () => void (fake.closed = true) };
      },
      dashboardBeside: async (folder) => {
        fake.asked.push({ beside: folder });
        return { url: "http://127.0.0.1:7654/", end: async () => void (fake.closed = true) };
      },
      zero: async () => SUMMARY,
    } as Partial<Compositions>,
  };
  return fake;
}

const start = (words: string, host: FakeHost, compositions: Partial<Compositions>): Promise<number> =>
  runCommandLine(words.split(" "), host, fakeCompositions(compositions));
/** Until the command has said something, after which it waits. */
const said = (host: FakeHost): Promise<void> =>
  vi.waitUntil(() => host.written().out !== "", { timeout: 60_000 }).then(() => undefined);

test("prints the address, opens it on a desktop, ends with Ctrl-C", async () => {
  const fake = fakeDashboard();
  const host = fakeHost({ desktop: true });
  const ended = start("dashboard src --port 8000", host, fake.compositions);
  await said(host);
  expect(host.written().out).toBe("The dashboard is at http://127.0.0.1:7654/\n");
  expect(host.browsed).toEqual(["http://127.0.0.1:7654/"]);
  expect(fake.closed).toBe(false);
  host.interrupt();
  expect(await ended).toBe(0);
  expect(fake).toMatchObject({ closed: true, asked: [{ folder: "src", port: 8000 }] });
});

test.each([
  ["dashboard --no-open", true],
  ["dashboard", false],
  ["dashboard --json", true],
])("%s opens no browser", async (words, desktop) => {
  const host = fakeHost({ desktop });
  const ended = start(words, host, fakeDashboard().compositions);
  await said(host);
  expect(host.browsed).toEqual([]);
  host.interrupt();
  await ended;
});

test("on a network it says what plain HTTP is; --no-token is passed on", async () => {
  const fake = fakeDashboard();
  const host = fakeHost();
  const ended = start("dashboard --host 0.0.0.0 --no-token", host, fake.compositions);
  await said(host);
  expect(host.written().error).toContain(
    "This is plain HTTP: whoever is on the network between can read the token and the runs. Safer: leave out --host, and from the other machine `ssh -L 7654:127.0.0.1:7654 THIS_MACHINE`.\n",
  );
  expect(fake.asked).toEqual([{ folder: "runs", host: "0.0.0.0", accessToken: null }]);
  host.interrupt();
  await ended;
});

test("--json: one object on standard output", async () => {
  const host = fakeHost();
  const ended = start("dashboard --json", host, fakeDashboard().compositions);
  await said(host);
  expect(JSON.parse(host.written().out)).toEqual({ url: "http://127.0.0.1:7654/", port: 7654, folder: "runs" });
  host.interrupt();
  await ended;
});

test("beside a training it ends with its input, not with Ctrl-C", async () => {
  const fake = fakeDashboard();
  let endInput: () => void = () => undefined;
  const host = fakeHost({ input: new Promise((resolve) => (endInput = resolve)) });
  const ended = start("dashboard --beside --json", host, fake.compositions);
  await said(host);
  host.interrupt();
  await new Promise(setImmediate);
  expect(fake.closed).toBe(false);
  endInput();
  expect(await ended).toBe(0);
  expect(fake.closed).toBe(true);
});

test("a mistake is one line", async () => {
  const host = fakeHost();
  expect(
    await start("dashboard", host, { dashboard: () => Promise.reject(new OptionError("Expected a folder.")) }),
  ).toBe(2);
  expect(host.written().error).toBe("aha: Expected a folder.\n");
});

test("aha zero --dashboard: the folder of the run, the run at first, and both end together", async () => {
  const fake = fakeDashboard();
  const host = fakeHost({ desktop: true });
  expect(await start("zero --dashboard --run runs/first", host, fake.compositions)).toBe(0);
  expect(host.browsed).toEqual(["http://127.0.0.1:7654/#/run/first"]);
  expect(fake).toMatchObject({ closed: true, asked: [{ beside: "runs" }] });
});

test("for a person at a terminal the page stays after the run, until Ctrl-C", async () => {
  const fake = fakeDashboard();
  const host = fakeHost({ interactive: true });
  const ended = start("zero --dashboard --run runs/first", host, fake.compositions);
  await vi.waitUntil(() => host.written().error.includes("stays at"), { timeout: 60_000 });
  expect(fake.closed).toBe(false);
  expect(host.written().error).toMatch(
    /stays at http:\/\/127\.0\.0\.1:7654\/#\/run\/first until you press Ctrl-C\. To see it again: aha dashboard runs/,
  );
  host.interrupt();
  expect(await ended).toBe(0);
  expect(fake.closed).toBe(true);
});

test("a dashboard that can't begin doesn't keep the training from its work", async () => {
  const host = fakeHost();
  expect(
    await start("zero --dashboard --run r", host, {
      zero: async () => SUMMARY,
      dashboardBeside: () => Promise.reject(new Error("no port")),
    }),
  ).toBe(0);
  expect(host.written().error).toMatch(/The dashboard can't be shown \(no port\); the training goes on without it\./);
});

test("where there is a desktop", () => {
  expect(hasDesktop({ DISPLAY: ":0" }, "linux")).toBe(true);
  expect(hasDesktop({ WAYLAND_DISPLAY: "wayland-0" }, "linux")).toBe(true);
  expect(hasDesktop({ DISPLAY: "" }, "linux")).toBe(false);
  expect(hasDesktop({}, "darwin")).toBe(true);
  expect(hasDesktop({ SSH_CONNECTION: "1" }, "darwin")).toBe(false);
});
