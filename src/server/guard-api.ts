import type { MiddlewareHandler } from "hono";
import { isAllowedHost } from "../host/allowed-hosts.ts";
import { isSecret } from "../host/secrets.ts";
import { ApiProblem } from "./api-problem.ts";

export interface ApiGuardOptions {
  readonly host: string;
  /** The port that is listened on; asked at each request, since it is known late. */
  readonly port: () => number;
  /** What a client must bring; null where everyone who reaches the server may ask. */
  readonly token: string | null;
  /** Names by which the server is reached too. */
  readonly allowHosts: readonly string[];
  /** Pages of other sites that may ask (CORS); null where there is no option for it. */
  readonly allowOrigins: readonly string[] | null;
}

/** Open to who has no token: it tells nothing but that the server is there. */
export const HEALTH = "/health";

/** Lets through whom the options name; everyone else gets one line that says why not. */
export function guardApi(options: ApiGuardOptions): MiddlewareHandler {
  const { host, token, allowHosts, allowOrigins } = options;
  return async (context, next) => {
    const { header, method, path } = {
      header: context.req.header(),
      method: context.req.method,
      path: context.req.path,
    };
    if (!isAllowedHost(header["host"], { host, allowHosts }))
      throw new ApiProblem(
        421,
        "This address is not the server's; one by which it is reached too belongs into `allowHosts`.",
      );
    const origin = header["origin"];
    if (origin !== undefined && !isOwn(origin, header["host"]!)) {
      // A page of another site could else have this machine write for it: browsers send such requests without asking.
      if (allowOrigins === null) throw new ApiProblem(403, "Pages of other sites may not ask.");
      if (!allowOrigins.includes(origin))
        throw new ApiProblem(403, "Pages of other sites may not ask; one that may belongs into `allowOrigins`.");
      context.header("access-control-allow-origin", origin);
      context.header("vary", "origin");
      if (method === "OPTIONS") {
        context.header("access-control-allow-methods", "GET, POST");
        context.header("access-control-allow-headers", header["access-control-request-headers"] ?? "");
        return context.body(null, 204);
      }
    }
    if (token !== null && path !== HEALTH && !isSecret(token, bearer(header["authorization"]))) {
      context.header("www-authenticate", "Bearer");
      throw new ApiProblem(401, "Expected the server's token as `Authorization: Bearer TOKEN` (`apiKey` in clients).");
    }
    return next();
  };
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}
