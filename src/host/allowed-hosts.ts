import { isIP } from "node:net";
import { OptionError, show } from "../errors.ts";

const LOOPBACK: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
const EVERYWHERE: readonly string[] = ["0.0.0.0", "::"];

const LARGEST_PORT = 65_535;

/** Whether only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** An address as it stands in a URL. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Names by which the server may be asked. */
export interface ServerNames {
  /** Where it listens. */
  readonly host: string;
  /** Names that the user gave it: of a proxy before it, of this machine in its network. */
  readonly allowHosts: readonly string[];
}

/**
 * Whether a Host header names this server. A page of the internet can let its own name point to 127.0.0.1 (DNS
 * rebinding); the browser then sends that name. A server that listens everywhere is asked by its addresses, which no
 * such page can be. The port says nothing about that: a tunnel or a container may give any.
 *
 * @param header `name:port`; undefined where it is missing
 */
export function isAllowedHost(header: string | undefined, { host, allowHosts }: ServerNames): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(header ?? "");
  if (parts === null || Number(parts[2] ?? 80) > LARGEST_PORT) return false;
  const name = parts[1]!.toLowerCase();
  if (LOOPBACK.includes(name) || name === hostInUrl(host).toLowerCase()) return true;
  if (allowHosts.some((allowed) => name === hostInUrl(allowed).toLowerCase())) return true;
  return EVERYWHERE.includes(host) && isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

/** @throws OptionError for what is no name of a machine: an address with its port, a pattern */
export function checkAllowedHost(name: string): string {
  if (isIP(name) !== 0 || /^[a-z0-9_]([a-z0-9._-]*[a-z0-9])?$/i.test(name)) return name;
  throw new OptionError(
    `Expected \`allowHosts\` to be names such as box.example, without scheme and port, got ${show(name)}.`,
  );
}
