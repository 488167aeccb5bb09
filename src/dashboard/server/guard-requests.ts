import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isAllowedHost } from "../../host/allowed-hosts.ts";
import { RequestError } from "./request-error.ts";
import { isSecret } from "../../host/secrets.ts";

export interface GuardOptions {
  readonly host: string;
  /** More names of it, given by the user. */
  readonly allowHosts: readonly string[];
  /** Below which the page stands; empty for the root. */
  readonly basePath: string;
  /** The port that is listened on; asked at each request, since it is known late. */
  readonly port: () => number;
  /** Proves that a request comes from our page. */
  readonly sessionToken: string;
  /** Opens the door; null where everyone on this machine may enter. */
  readonly accessToken: string | null;
}

/** What the page may load and where it may be shown: itself, and nowhere else. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/**
 * Lets through what our own page, or a person with the address, asks; everything else gets one line that says why not.
 */
export function guardRequests(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    checkHost(context, options);
    checkOrigin(context, options);
    checkMethod(context, options.sessionToken);
    const redirect = checkAccess(context, options);
    if (redirect !== null) return redirect;
    return next();
  };
}

/** Sets the headers of an answer, that of an error as well. */
export function secureHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
}

function checkHost(context: Context, options: GuardOptions): void {
  if (!isAllowedHost(context.req.header("host"), options))
    throw new RequestError(
      421,
      "This address is not the dashboard's; open the one that `aha dashboard` printed, or let this name in (`aha dashboard --allow-host`).",
    );
}

/** Browsers say where a request comes from, and no page can lie about it. */
function checkOrigin(context: Context, options: GuardOptions): void {
  const origin = context.req.header("origin");
  const site = context.req.header("sec-fetch-site");
  if (origin !== undefined && !isOwnOrigin(origin, context.req.header("host") ?? "", site, options))
    throw new RequestError(403, "Another site may not ask the dashboard; open its own page.");
  if (site === undefined || site === "same-origin" || site === "none") return;
  // A link that somebody clicked: it opens the page, which can't be put into a frame, and tells the other site nothing.
  const isVisit =
    context.req.header("sec-fetch-mode") === "navigate" &&
    context.req.header("sec-fetch-dest") === "document" &&
    !context.req.path.startsWith("/api/");
  if (!isVisit) throw new RequestError(403, "Another site may not ask the dashboard; open its own page.");
}

/**
 * Whether a page at that origin is ours. A proxy in front may speak TLS, and may ask by another name than the browser
 * did: then the origin has a name of ours, and the browser itself says that it is the page's own.
 */
function isOwnOrigin(
  origin: string,
  own: string,
  site: string | undefined,
  { host, allowHosts }: GuardOptions,
): boolean {
  if (origin === `http://${own}` || origin === `http://${own.replace(/:80$/, "")}`) return true;
  const asked = /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
  return site === "same-origin" && asked !== undefined && isAllowedHost(asked, { host, allowHosts });
}

/** What is asked by POST: models write, and something is judged again, which no other site's page may have. */
const POSTED = /^\/api\/runs\/[^/]+\/(playground|queue\/rerun)$/;

/** Nothing else than what is judged again can be changed by a request. */
function checkMethod(context: Context, sessionToken: string): void {
  const { method, path } = context.req;
  if (method === "GET" || method === "HEAD") return;
  if (!isSecret(sessionToken, context.req.header("x-aha-token")))
    throw new RequestError(403, "Only the dashboard's own page may ask for that.");
  if (method === "POST" && POSTED.test(path)) return;
  throw new RequestError(405, `Expected GET or HEAD, got ${method.slice(0, 20)}; nothing is changed at this address.`);
}

/** The token comes once in the address, then as a cookie: it doesn't stay in the history or in a copied address. */
function checkAccess(context: Context, { accessToken, port, basePath }: GuardOptions): Response | null {
  if (accessToken === null) return null;
  // Cookies are shared by the ports of a machine.
  const cookie = `aha-${port()}`;
  const given = context.req.query("token");
  const opens = isSecret(accessToken, given);
  if (!opens && isSecret(accessToken, getCookie(context, cookie))) return null;
  if (!opens)
    throw new RequestError(401, "This dashboard needs its token; open the whole address that `aha dashboard` printed.");
  setCookie(context, cookie, accessToken, { httpOnly: true, sameSite: "Strict", path: `${basePath}/` });
  // A strict cookie isn't sent on behind a page of elsewhere, such as the file that opens the browser: the page itself
  // then
  // takes the token out of its address.
  if (context.req.path.startsWith("/api/") || context.req.header("sec-fetch-site") === "cross-site") return null;
  // There is one page, whatever the address was: a redirect goes nowhere else.
  return context.redirect(`${basePath}/`, 303);
}
