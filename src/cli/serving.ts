import { isLoopback } from "../host/allowed-hosts.ts";
import { newSecret } from "../host/secrets.ts";
import { printableLine } from "../text/printable.ts";
import type { Host } from "./host.ts";

/** Who may ask a server. */
export interface ServerAccess {
  /** Others than this machine can reach it. */
  readonly isOpen: boolean;
  /** The token was made here, and is to be shown. */
  readonly isNew: boolean;
  readonly token: string | undefined;
}

/**
 * The token that clients must bring: the given one, or a new one where one is asked for without a text, and where
 * others can reach the server.
 */
export function accessTo(host: string | undefined, known: string | true | undefined): ServerAccess {
  const isOpen = host !== undefined && !isLoopback(host);
  const isNew = known === true || (known === undefined && isOpen);
  return { isOpen, isNew, token: isNew ? newSecret() : known };
}

/** What whoever serves to others is told, without its full stop. */
export function plainHttp(what: string): string {
  return `This is plain HTTP: whoever is on the network between can read the token and ${what}`;
}

/** The same with the safer way. */
export function overNetwork(what: string, port: number): string {
  return `${plainHttp(what)}. Safer: leave out --host, and from the other machine \`ssh -L ${port}:127.0.0.1:${port} THIS_MACHINE\`.\n`;
}

/** Tells mistakes of ours that a server met, and where they happened for who looks for that. */
export function mistakesTo(host: Pick<Host, "error" | "debug">): (error: Error) => void {
  return (error) =>
    host.error(`aha: internal error: ${printableLine(error.message)}\n${host.debug ? `${error.stack ?? ""}\n` : ""}`);
}
