import { createServer, type AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RunList } from "../../src/dashboard/api.ts";
import { aha, newFolder, smallRun, startAha } from "./cli-run.ts";

/** The address that a command prints. */
async function addressIn(text: () => string): Promise<URL> {
  for (;;) {
    const found = /http:\/\/\S+/.exec(text());
    if (found !== null) return new URL(found[0]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The list of runs, by the token that stands in the printed address. */
function listAt(address: URL): Promise<Response> {
  return fetch(new URL(`/api/runs?token=${address.searchParams.get("token")}`, address));
}

test("aha zero --dashboard serves the run while it goes on, and ends with it", async () => {
  const run = join(newFolder(), "a");
  const { child, text, ended } = startAha(...smallRun(run, 30), "--dashboard", "--no-preflight");
  onTestFinished(() => void child.kill("SIGKILL"));
  const address = await addressIn(text);
  expect(address.hash).toBe("#/run/a");
  // The run begins after the page, and its folder is there a moment before it says that it has begun.
  let list: RunList;
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    list = (await (await listAt(address)).json()) as RunList;
  } while ((list.runs[0]?.model ?? "") === "");
  expect(list).toMatchObject({ folder: dirname(run), runs: [{ id: "a", model: "countdown-base" }] });
  expect(await ended).toBe(0);
  await expect(listAt(address)).rejects.toThrow();
});

test("aha dashboard ends with Ctrl-C, with exit code 0", async () => {
  const { child, text, ended } = startAha("dashboard", newFolder(), "--port", "0");
  onTestFinished(() => void child.kill("SIGKILL"));
  const address = await addressIn(text);
  expect((await listAt(address)).status).toBe(200);
  expect((await fetch(new URL("/api/runs", address))).status).toBe(401);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});

test("mistakes are one line, exit code 2", async () => {
  const file = join(newFolder(), "notes.txt");
  writeFileSync(file, "");
  expect(aha("dashboard", file)).toEqual({
    code: 2,
    stdout: "",
    stderr: `aha: Expected a folder with runs, got ${JSON.stringify(file)}, which is a file; correct the path.\n`,
  });
  expect(aha("dashboard", newFolder(), "--port", "70000")).toMatchObject({
    code: 2,
    stderr: "aha: Expected --port to be an integer from 0 to 65535, got 70000.\n",
  });
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  expect(aha("dashboard", newFolder(), "--port", String(port))).toMatchObject({
    code: 2,
    stderr: `aha: Expected port ${port} to be free, but another program uses it; choose another one with --port, or leave it out.\n`,
  });
});
