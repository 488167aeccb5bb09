import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "../../src/judging/queue/redis/redis-client.ts";
import { redisAddress } from "../../src/judging/queue/redis/redis-address.ts";

/** What is tested with: the first that is installed. */
const SERVER = ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Why there is no Redis to test with; null where there is one. */
export const NO_REDIS: string | null =
  SERVER === undefined ? "neither redis-server nor valkey-server is installed" : null;

/** A Redis of a test's own, in a folder and on a port of its own. */
export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** By its process id: SIGTERM, or as it dies. */
  end(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Asks it, by the client that comes with BullMQ. */
  command(...words: readonly string[]): Promise<unknown>;
  remove(): Promise<void>;
}

/** @param words settings as redis-server's command line takes them; PORT stands for its port */
export async function ownRedis(...words: readonly string[]): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), "aha-redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const url = `redis://127.0.0.1:${port}`;
  const redis: OwnRedis = {
    port,
    url,
    async start() {
      const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
      const more = words.map((word) => (word === "PORT" ? String(port) : word));
      child = spawn(SERVER!, [...settings, ...more], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise<void>((resolve, reject) => {
        child!.once("exit", (code) => reject(new Error(`${SERVER} ended with ${code}`)));
        child!.stdout!.on("data", (said: Buffer) => (said.includes("Ready to accept connections") ? resolve() : 0));
      });
    },
    async end(signal = "SIGTERM") {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      await new Promise((resolve) => running.once("exit", resolve).kill(signal));
    },
    async command(...asked) {
      const { client } = await connectRedis(redisAddress(url, passwordOf(words)));
      try {
        return await client.call(asked[0]!, ...asked.slice(1));
      } finally {
        client.disconnect();
      }
    },
    async remove() {
      await redis.end();
      await sleep(20);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

function passwordOf(words: readonly string[]): string | undefined {
  const at = words.indexOf("--requirepass");
  return at < 0 ? undefined : words[at + 1];
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
