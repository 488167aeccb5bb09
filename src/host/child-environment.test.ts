import { afterEach, expect, test, vi } from "vitest";
import type { TellingCalls } from "../../test/contracts/telling-worker.ts";
import { childEnvironment, environmentWithoutSecrets } from "./child-environment.ts";
import { startWorker } from "./worker-host.ts";

const SECRETS = {
  AHA_API_KEY: "s",
  HF_TOKEN: "s",
  HUGGING_FACE_HUB_TOKEN: "s",
  OPENAI_API_KEY: "s",
  openai_apikey: "s",
  AWS_SECRET_ACCESS_KEY: "s",
  AWS_SESSION_TOKEN: "s",
  DB_PASSWORD: "s",
  MYSQL_PWD_PASS: "s",
  GH_PAT: "s",
  npm_config__authToken: "s",
  "npm_config_//registry.example/:_authToken": "s",
  GOOGLE_APPLICATION_CREDENTIALS: "s",
  SSH_AUTH_SOCK: "s",
  SESSION_COOKIE: "s",
  MASTERKEY: "s",
  KEYS: "s",
  SERVICE_KEY_1: "s",
  Passphrase: "s",
  HTTPS_PROXY: "http://me:s@proxy.example",
  DATABASE_URL: "postgres://u:s@host/db",
  NODE_OPTIONS: "--require ./s.js",
};
const WINDOWS = { Path: "C:\\x", SystemRoot: "C:\\Windows", TEMP: "C:\\t" };
const PLAIN = { ...WINDOWS, PATH: "/bin", TMPDIR: "/tmp", LANG: "C.UTF-8" };
const OTHERS = {
  HOME: "/home/me",
  DISPLAY: ":0",
  XAUTHORITY: "/x",
  MY_WORDS: "/words.txt",
  KEYBOARD: "de",
  MONKEYS: "3",
  PWD: "/x",
  HTTP_PROXY: "http://proxy.example:80",
};

test("a sandbox gets what Node needs and nothing else", () => {
  expect(childEnvironment({ ...SECRETS, ...PLAIN, ...OTHERS, UNSET: undefined })).toEqual(PLAIN);
});

test("what the user chose to run gets all but secrets", () => {
  expect(environmentWithoutSecrets({ ...SECRETS, ...PLAIN, ...OTHERS })).toEqual({ ...PLAIN, ...OTHERS });
});

const WORKER = new URL("../../test/contracts/telling-worker.ts", import.meta.url);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("a worker has no keys, and what it writes goes to standard error, made printable", async () => {
  for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
  vi.stubEnv("NODE_OPTIONS", "");
  const [out, error] = [
    vi.spyOn(process.stdout, "write").mockReturnValue(true),
    vi.spyOn(process.stderr, "write").mockReturnValue(true),
  ];
  const worker = await startWorker<undefined, TellingCalls>({ name: "the test", module: WORKER, init: undefined });
  try {
    const names = Object.keys(await worker.calls.environment());
    expect(names.filter((name) => Object.hasOwn(SECRETS, name))).toEqual([]);
    expect(names).not.toContain("HOME");
    await worker.calls.say("\u001b[2Jé\n");
    await vi.waitFor(() => expect(error.mock.calls.map(([text]) => text).join("")).toBe("\\u001b[2Jé\n\\u001b[2Jé\n"));
    expect(out).not.toHaveBeenCalled();
  } finally {
    await worker.stop();
  }
});

test("a worker that fills its memory is ended, and this process isn't", async () => {
  const worker = await startWorker<undefined, TellingCalls>({
    name: "the test",
    module: WORKER,
    init: undefined,
    thread: { limits: { maxOldGenerationSizeMb: 64 } },
  });
  await expect(worker.calls.fill()).rejects.toThrow(/memory limit/);
  await worker.stop();
});
