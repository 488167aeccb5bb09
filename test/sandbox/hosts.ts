import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What an attack on this machine would leave. */
export interface Watched {
  /** Puts a path, a port and a process in the place of their names. */
  fill(code: string): string;
  /** What was done to this machine; empty where nothing was. */
  effects(): string[];
  close(): void;
}

export async function watchHost(): Promise<Watched> {
  let requests = 0;
  const server = createServer((_request, response) => (requests++, response.end("x")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sentinel = spawn("sleep", ["600"], { stdio: "ignore" });
  const mark = join(tmpdir(), `aha-attack-${process.pid}`);
  const { port } = server.address() as AddressInfo;
  return {
    fill: (code) =>
      code.replaceAll("MARK", mark).replaceAll("PORT", String(port)).replaceAll("SENTINEL", String(sentinel.pid)),
    effects() {
      const found = [];
      if (requests > 0) found.push(`${requests} requests`);
      if (sentinel.exitCode !== null || sentinel.signalCode !== null) found.push("the sentinel is gone");
      // Another test's file would have another name.
      if (existsSync(mark)) found.push(`the file ${mark} holds ${readFileSync(mark, "utf8")}`);
      return found;
    },
    close() {
      server.close();
      sentinel.kill();
    },
  };
}
