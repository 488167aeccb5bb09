import { expect, onTestFinished, test, vi } from "vitest";
import { fakeHost, type FakeHost } from "../../../test/cli/fake-host.ts";
import { fakeCompositions } from "../../../test/cli/fake-results.ts";
import { OptionError } from "../../errors.ts";
import { runCommandLine } from "../command-line.ts";
import type { Compositions } from "../compositions.ts";

/** A server that runs until it is stopped, and what was asked of it. */
function fakeServer(kind: "chat" | "question" = "chat"): {
  readonly asked: Record<string, unknown>[];
  stopped: boolean;
  readonly compositions: Partial<Compositions>;
} {
  const fake = {
    asked: [] as Record<string, unknown>[],
    stopped: false,
    compositions: {
      serve: async ({ onMistake: _onMistake, ...options }) => {
        fake.asked.push(options);
        return {
          url: "http://127.0.0.1:8080/v1",
          port: 8080,
          model: "m",
          kind,
          stop: async () => void (fake.stopped = true),
        };
      },
    } as Partial<Compositions>,
  };
  return fake;
}

const start = (words: string, host: FakeHost, compositions: Partial<Compositions>): Promise<number> =>
  runCommandLine(words.split(" "), host, fakeCompositions(compositions));
/** Until the command has said something, after which it waits. */
const said = (host: FakeHost): Promise<void> =>
  vi
    .waitUntil(() => host.written().error.includes("Ctrl-C") || host.written().out !== "", { timeout: 60_000 })
    .then(() => undefined);

test("prints the address, serves until Ctrl-C, and lets what is written end", async () => {
  const fake = fakeServer("question");
  const host = fakeHost();
  const ended = start("serve runs/first --port 8000 --slots 4 --temperature 0 --name mine", host, fake.compositions);
  await said(host);
  expect(host.written().out).toBe("m is served at http://127.0.0.1:8080/v1\n");
  expect(host.written().error).toContain("answers the last question alone");
  expect(fake.stopped).toBe(false);
  host.interrupt();
  expect(await ended).toBe(0);
  expect(fake.stopped).toBe(true);
  expect(fake.asked).toEqual([{ model: "runs/first", port: 8000, slots: 4, temperature: 0, name: "mine" }]);
});

test("a token of one's own is passed on and not printed; a new one is printed", async () => {
  for (const [words, printed] of [
    ["serve m --token mine", false],
    ["serve m --token", true],
  ] as const) {
    const fake = fakeServer();
    const host = fakeHost();
    const ended = start(words, host, fake.compositions);
    await said(host);
    const token = fake.asked[0]!["token"] as string;
    if (printed) expect(token).toMatch(/^[\w-]{43}$/);
    else expect(token).toBe("mine");
    expect(host.written().out.includes(`Its token, for clients an API key: ${token}`)).toBe(printed);
    host.interrupt();
    await ended;
  }
});

test("a token in the environment stands in no process's arguments, and isn't printed", async () => {
  vi.stubEnv("AHA_SERVE_TOKEN", "from-the-environment");
  onTestFinished(() => void vi.unstubAllEnvs());
  const fake = fakeServer();
  const host = fakeHost();
  const ended = start("serve m --host 0.0.0.0", host, fake.compositions);
  await said(host);
  expect(fake.asked[0]!["token"]).toBe("from-the-environment");
  expect(host.written().out).not.toContain("from-the-environment");
  host.interrupt();
  await ended;
});

test("on a network there is a token always, and what plain HTTP is gets said", async () => {
  const fake = fakeServer();
  const host = fakeHost();
  const ended = start("serve m --host 0.0.0.0 --allow-host a.example --allow-host b.example", host, fake.compositions);
  await said(host);
  expect(fake.asked[0]).toMatchObject({ host: "0.0.0.0", allowHosts: ["a.example", "b.example"] });
  expect(fake.asked[0]!["token"]).toMatch(/^[\w-]{43}$/);
  expect(host.written().error).toContain("This is plain HTTP");
  expect(host.written().error).toContain("ssh -L 8080:127.0.0.1:8080 THIS_MACHINE");
  host.interrupt();
  await ended;
});

test("--json: one object on standard output", async () => {
  const host = fakeHost();
  const ended = start("serve m --json", host, fakeServer().compositions);
  await said(host);
  expect(JSON.parse(host.written().out)).toEqual({
    url: "http://127.0.0.1:8080/v1",
    port: 8080,
    model: "m",
    kind: "chat",
    token: null,
  });
  host.interrupt();
  await ended;
});

test("what can't be served is one line and exit code 2", async () => {
  const host = fakeHost();
  const serve = async (): Promise<never> => {
    throw new OptionError("Expected port 80 to be free.");
  };
  expect(await start("serve m", host, { serve })).toBe(2);
  expect(host.written().error).toContain("aha: Expected port 80 to be free.\n");
});
