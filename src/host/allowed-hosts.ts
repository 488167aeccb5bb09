import { isIP } from "node:net";

const LOOPBACK: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
const EVERYWHERE: readonly string[] = ["0.0.0.0", "::"];

/** Whether only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** An address as it stands in a URL. */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/**
 * Whether a Host header names this server. A page of the internet can let its own name point to 127.0.0.1 (DNS
 * rebinding); the browser then sends that name. A server that listens everywhere is asked by its addresses, which no
 * such page can be.
 *
 * @param header `name:port`; undefined where it is missing
 * @param names by which somebody says the server is reached too, at any port: that of a proxy, say
 */
export function isAllowedHost(
  header: string | undefined,
  host: string,
  port: number,
  names: readonly string[] = [],
): boolean {
  const parts = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(header ?? "");
  if (parts === null) return false;
  const name = parts[1]!.toLowerCase();
  if (names.some((allowed) => hostInUrl(allowed).toLowerCase() === name)) return true;
  if (Number(parts[2] ?? 80) !== port) return false;
  if (LOOPBACK.includes(name) || name === hostInUrl(host).toLowerCase()) return true;
  return EVERYWHERE.includes(host) && isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}
