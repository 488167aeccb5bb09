import { setMaxListeners } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { integerOption, OptionError, show } from "../../errors.ts";
import { hostInUrl, isLoopback } from "./allowed-hosts.ts";
import { dashboardApp } from "./dashboard-app.ts";
import { LiveWatch } from "./live-watch.ts";
import { PageFiles } from "./page-files.ts";
import type { ReaderChoice } from "./readers/reader-process.ts";
import { RunReaders } from "./readers/run-readers.ts";
import { RunFolders } from "./run-folders.ts";
import { RunLister } from "./run-list.ts";
import { newSecret } from "./secrets.ts";

export const DEFAULT_PORT = 7654;
/** Ports that are tried after the default one. */
const MORE_PORTS = 20;

export interface DashboardOptions {
  /** The folder with the runs, or one run. */
  readonly folder: string;
  /** A port that must be had; without it the first free one from 7654 on. 0 for any. */
  readonly port?: number;
  /** Where to listen; 127.0.0.1 where absent. */
  readonly host?: string;
  /**
   * What opens the door: a new secret where absent, which stands in the address; null for everyone on this machine.
   * What
   * others can reach needs one.
   */
  readonly accessToken?: string | null;
  /** Of the processes that read runs, for tests: Node's words that load one, and seconds that it may say nothing. */
  readonly reader?: ReaderChoice;
  /** Takes errors that are mistakes of ours; the page gets a line about them. */
  readonly onMistake?: (error: Error) => void;
}

/** A dashboard that is being served. */
export interface Dashboard {
  /** The whole address, with its token where one is needed. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the dashboard until it is closed. This process answers, and reads nothing of any run: that is done by
 * processes of
 * their own (readers/), so that a run which can't be read to an end keeps nobody from the others.
 *
 * @throws OptionError for a file in place of the folder, a port that is taken, an address that isn't this machine's
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { host = "127.0.0.1", accessToken = newSecret() } = options;
  if (options.port !== undefined) integerOption("port", options.port, 0, 65_535);
  if (accessToken === null && !isLoopback(host)) {
    throw new OptionError(
      `Expected a token where others can reach the dashboard, got none for ${show(host)}; leave out \`accessToken: null\` or \`host\`.`,
    );
  }
  const folders = RunFolders.of(options.folder);
  const onMistake = options.onMistake ?? (() => undefined);
  const readers = new RunReaders(folders, { onMistake, ...options.reader });
  const lister = new RunLister(folders, readers.figures);
  const watch = new LiveWatch(readers.figures, lister, onMistake);
  const closing = new AbortController();
  // Each open page listens to it.
  setMaxListeners(0, closing.signal);
  const sessionToken = newSecret();
  let port = 0;
  const guard = { host, port: () => port, sessionToken, accessToken };
  const app = dashboardApp({
    guard,
    page: new PageFiles(sessionToken),
    readers,
    lister,
    watch,
    closing: closing.signal,
    onMistake,
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  port = await listen(server, host, options.port);
  readers.figures.warm();
  const query = accessToken === null ? "" : `?token=${accessToken}`;
  return {
    url: `http://${hostInUrl(host)}:${port}/${query}`,
    port,
    async close() {
      closing.abort();
      watch.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await readers.close();
    },
  };
}

async function listen(server: Server, host: string, wanted: number | undefined): Promise<number> {
  const first = wanted ?? DEFAULT_PORT;
  const last = wanted === undefined ? first + MORE_PORTS : first;
  for (let port = first; ; port++) {
    const problem = await tryPort(server, host, port);
    if (problem === null) {
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : port;
    }
    if (problem.code === "EADDRINUSE" && port < last) continue;
    throw explained(problem, host, port);
  }
}

function tryPort(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve(null);
    });
  });
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const { code } = error;
  if (code === "EADDRINUSE")
    return new OptionError(
      `Expected port ${port} to be free, but another program uses it; choose another one with \`port\`, or leave it out.`,
    );
  if (code === "EACCES")
    return new OptionError(
      `Expected a port that may be used, got ${port} without the permission; choose one above 1023 with \`port\`.`,
    );
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN"].includes(code ?? ""))
    return new OptionError(
      `Expected \`host\` to be an address of this machine, got ${show(host)}; leave it out for this machine alone.`,
    );
  return error;
}
