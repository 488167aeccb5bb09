import type { Server } from "node:http";
import { OptionError, show } from "../errors.ts";

/** Where a server listens. */
export interface ListenPlace {
  readonly host: string;
  /** The port; 0 for any. */
  readonly first: number;
  /** Those up to this one are tried where the first isn't free. */
  readonly last: number;
}

/**
 * Listens at the first port that is free. Returns it.
 *
 * @throws OptionError for ports that are taken or may not be used, and for an address that isn't this machine's
 */
export async function listen(server: Server, { host, first, last }: ListenPlace): Promise<number> {
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
