import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { createInterface } from "node:readline";
import { environmentWithoutSecrets } from "../host/child-environment.ts";
import { withDeadline } from "../host/deadline.ts";
import { redisAddress } from "../host/redis/redis-address.ts";
import type { DashboardProcess } from "./compositions.ts";

/** How long a dashboard may take to begin; a busy machine is slow to load it. */
const START_SECONDS = 60;
/** How long it may take to end; a training waits for it. */
const END_SECONDS = 5;

/**
 * Serves the dashboard from a process of its own, so that the training beside it isn't slowed. It ends with this one,
 * however this one ends, because its standard input does.
 *
 * @param program the command line's own module, with what Node needs to load it
 * @param queue the Redis that has runs' queues; empty for none
 * @throws Error with the process's own words where it doesn't begin
 */
export async function startDashboardProcess(
  program: readonly string[],
  folder: string,
  queue: string = "",
): Promise<DashboardProcess> {
  // A bad address is refused before anything is started.
  const address = queue === "" ? "" : withPassword(queue);
  const asked = ["dashboard", folder, "--beside", "--json", "--quiet", ...(queue === "" ? [] : ["--queue", "-"])];
  const child = spawn(process.execPath, [...program, ...asked], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environmentWithoutSecrets(),
  });
  if (address !== "") child.stdin.write(`${address}\n`);
  const words = text(child.stderr);
  // Writing to a process that has ended is no failure of the training.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  const begun = Promise.race([firstLine(child.stdout), failed]);
  const line = await withDeadline(begun, START_SECONDS, () => null);
  const url = line === null ? null : (JSON.parse(line) as { readonly url: string }).url;
  const end = async (): Promise<void> => {
    child.stdin.end();
    await withDeadline(ended, END_SECONDS, () => void child.kill("SIGKILL"));
    await ended;
  };
  if (url === null) {
    child.kill();
    throw new Error((await words).trim().split("\n").at(-1) || `it did not begin within ${START_SECONDS} s`);
  }
  return { url, end };
}

/** The address with the password that may stand in the environment, which the process isn't given. */
function withPassword(queue: string): string {
  const { password } = redisAddress(queue);
  const url = new URL(queue);
  if (password === undefined || url.password !== "") return queue;
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Null where the process ends without one. */
async function firstLine(stream: NodeJS.ReadableStream): Promise<string | null> {
  for await (const line of createInterface({ input: stream })) {
    stream.resume();
    return line;
  }
  return null;
}
