import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { integerOption, OptionError, show } from "../errors.ts";
import { isLoopback } from "../host/allowed-hosts.ts";
import { withDeadline } from "../host/deadline.ts";
import { listen } from "../host/listen.ts";

/** Ports that are tried after the default one. */
const MORE_PORTS = 20;
/** Seconds for a client to send a request. */
const REQUEST_SECONDS = 30;
/** Seconds for what goes on when a server ends. */
export const GRACE_SECONDS = 30;

/** Where a server listens, and what clients must bring. */
export interface ListeningOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly token?: string | undefined;
}

/**
 * @param what is served, in a word
 * @param todo what a user can do who has no token
 * @throws OptionError for a port or a token that is none, and an address that others can reach without a token
 */
export function checkListening(
  { port, host, token }: ListeningOptions,
  what: string,
  todo: string = "give one as `token`, or leave `host` out",
): void {
  if (port !== undefined) integerOption("port", port, 0, 65_535);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new OptionError("Expected `token` to be letters, digits and signs without spaces, got something else.");
  if (token === undefined && host !== undefined && !isLoopback(host))
    throw new OptionError(`Expected a token where others can reach the ${what}, got none for ${show(host)}; ${todo}.`);
}

/** A server that listens. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
}

/**
 * Listens on the port that must be had, or the first free one from a default on.
 *
 * @throws OptionError for a port that is taken, and an address that isn't this machine's
 */
export async function startListening(
  fetch: Parameters<typeof createAdaptorServer>[0]["fetch"],
  { port, host }: { readonly port: number | undefined; readonly host: string },
  defaultPort: number,
): Promise<Listening> {
  const limits = { requestTimeout: REQUEST_SECONDS * 1000, headersTimeout: REQUEST_SECONDS * 1000 };
  const server = createAdaptorServer({ fetch, serverOptions: limits }) as Server;
  const first = port ?? defaultPort;
  return { server, port: await listen(server, { host, first, last: port ?? first + MORE_PORTS }) };
}

/**
 * Takes no new connections, lets what goes on end, and ends.
 *
 * @param ended when nothing goes on any more
 * @param graceSeconds after which clients are left
 * @param onGrace called when nothing goes on, or clients are left
 */
export async function endListening(
  server: Server,
  ended: Promise<void>,
  graceSeconds: number,
  onGrace: () => void = () => undefined,
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  await withDeadline(ended, graceSeconds, () => undefined);
  onGrace();
  server.closeIdleConnections();
  // Who has been answered closes its connection by itself, or is left.
  await withDeadline(closed, Math.min(1, graceSeconds), () => server.closeAllConnections());
  await closed;
}
