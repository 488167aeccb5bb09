import { setMaxListeners } from "node:events";
import { checkAllowedHost, hostInUrl, isLoopback } from "../../host/allowed-hosts.ts";
import { redisAddress } from "../../host/redis/redis-address.ts";
import { checkBasePath } from "./base-path.ts";
import { queuesInRedis } from "./find-queue.ts";
import { dashboardApp } from "./dashboard-app.ts";
import { LiveWatch } from "./live-watch.ts";
import { PageFiles } from "./page-files.ts";
import { PlaygroundModels, type PlaygroundChoice } from "./playground/playground-models.ts";
import type { ReaderChoice } from "./readers/reader-process.ts";
import { RunReaders } from "./readers/run-readers.ts";
import { RunFolders } from "./run-folders.ts";
import { RunLister } from "./run-list.ts";
import { newSecret } from "../../host/secrets.ts";
import { checkListening, startListening } from "../../server/listening.ts";

export const DEFAULT_PORT = 7654;

export interface DashboardOptions {
  /** The folder with the runs, or one run. */
  readonly folder: string;
  /** A port that must be had; without it the first free one from 7654 on. 0 for any. */
  readonly port?: number;
  /** Where to listen; 127.0.0.1 where absent. */
  readonly host?: string;
  /** More names by which it may be asked: of a proxy before it, of this machine in its network. */
  readonly allowHosts?: readonly string[];
  /** The path below which a proxy shows it, such as `/aha`; the root where absent. */
  readonly basePath?: string;
  /**
   * What opens the door: a new secret where absent, which stands in the address; null for everyone on this machine.
   * What
   * others can reach needs one.
   */
  readonly accessToken?: string | null;
  /** The Redis that has runs' queues, with its password: `redis://...`. One that a run names itself is never asked. */
  readonly queue?: string;
  /** Nothing is judged again for who asks. */
  readonly readOnly?: boolean;
  /** Of the processes that read runs, for tests: Node's words that load one, and seconds that it may say nothing. */
  readonly reader?: ReaderChoice;
  /** What the models of the playground may take, and when they are let go. */
  readonly playground?: PlaygroundChoice;
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
  const allowHosts = (options.allowHosts ?? []).map(checkAllowedHost);
  const basePath = checkBasePath(options.basePath ?? "");
  // A name that isn't this machine's is a proxy's, which others reach.
  const reachedAt = [host, ...allowHosts].find((name) => !isLoopback(name)) ?? host;
  checkListening(
    { port: options.port, host: reachedAt, token: accessToken ?? undefined },
    "dashboard",
    "leave out `accessToken: null`, `host` or `allowHosts`",
  );
  const redis = options.queue === undefined ? null : redisAddress(options.queue);
  const folders = RunFolders.of(options.folder, options.readOnly);
  const onMistake = options.onMistake ?? (() => undefined);
  const readers = new RunReaders(folders, { onMistake, ...options.reader });
  const playground = new PlaygroundModels(folders, onMistake, options.playground);
  const lister = new RunLister(folders, readers.figures);
  const watch = new LiveWatch(readers.figures, lister, onMistake);
  const closing = new AbortController();
  // Each open page listens to it.
  setMaxListeners(0, closing.signal);
  const sessionToken = newSecret();
  let port = 0;
  const guard = { host, allowHosts, basePath, port: () => port, sessionToken, accessToken };
  const app = dashboardApp({
    guard,
    page: new PageFiles(sessionToken),
    readers,
    lister,
    watch,
    findQueue: redis === null ? null : queuesInRedis(folders, redis),
    playground,
    closing: closing.signal,
    onMistake,
  });
  const listening = await startListening(app.fetch, { port: options.port, host }, DEFAULT_PORT);
  const { server } = listening;
  ({ port } = listening);
  readers.figures.warm();
  const query = accessToken === null ? "" : `?token=${accessToken}`;
  return {
    url: `http://${hostInUrl(host)}:${port}${basePath}/${query}`,
    port,
    async close() {
      closing.abort();
      watch.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await Promise.all([readers.close(), playground.close()]);
    },
  };
}
