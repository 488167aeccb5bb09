import { CheckpointError, show } from "../../errors.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { proxiedFetch } from "../../host/proxied-fetch.ts";
import { boundedBytes } from "../../host/bounded-bytes.ts";
import { tokenOf, type HubAccess } from "./hub-access.ts";

/** Seconds without an answer, or between two bytes of a download. */
export const PATIENCE = 60;
const MOST_REDIRECTS = 5;
/** Bytes of an answer in JSON, and answers for one model: a listing has a thousand files a page. */
const MOST_JSON_BYTES = 2 ** 26;
const MOST_ANSWERS = 100;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Asks the hub. Redirects are followed a few times, to http and https alone and never from the second to the first; the
 * token goes to the hub's own origin alone.
 *
 * @throws CheckpointError for other redirects; what fetch throws, as it is
 */
export async function hubFetch(
  url: string,
  access: HubAccess,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const token = tokenOf(access);
  const home = new URL(access.url).origin;
  let at = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const authorization = token !== undefined && at.origin === home ? { authorization: `Bearer ${token}` } : {};
    const response = await proxiedFetch(at.href, {
      headers: { ...headers, ...authorization },
      redirect: "manual",
      signal,
    });
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return response;
    await response.body?.cancel();
    at = redirected(at, location);
  }
  throw new CheckpointError(
    `Expected ${show(url)} from the hub, got more than ${MOST_REDIRECTS} redirects; try again later.`,
  );
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const web = to?.protocol === "https:" || (to?.protocol === "http:" && from.protocol === "http:");
  if (to !== undefined && web) return to;
  throw new CheckpointError(
    `Expected the hub to answer for ${show(from.href)}, got a redirect to ${show(location)}; check the network, and HF_ENDPOINT where it is set.`,
  );
}

/**
 * `fetch` for the hub's library: answers in JSON of a bounded size, depth, number and time, of the hub's own origin
 * alone.
 */
export function hubJsonFetch(access: HubAccess, signal: AbortSignal | undefined): typeof fetch {
  const home = new URL(access.url).origin;
  let answers = 0;
  return async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    const refuse = (came: string): never => {
      throw new CheckpointError(
        `Expected the hub to describe a model at ${show(home)}, got ${came}; check HF_ENDPOINT where it is set, or try again later.`,
      );
    };
    if (new URL(url).origin !== home) return refuse(`a list that goes on at ${show(url)}`);
    if (++answers > MOST_ANSWERS) return refuse(`a list of more than ${MOST_ANSWERS} pages`);
    const seconds = access.patience ?? PATIENCE;
    const late = AbortSignal.timeout(seconds * 1000);
    try {
      const response = await hubFetch(
        url,
        access,
        { accept: "application/json" },
        signal === undefined ? late : AbortSignal.any([signal, late]),
      );
      const bytes = await boundedBytes(response, MOST_JSON_BYTES);
      if (bytes === null) return refuse(`an answer of more than ${MOST_JSON_BYTES} bytes`);
      const json = foreignJson(bytes);
      if (response.ok && json.expected !== undefined) return refuse(`an answer that is no ${json.expected}`);
      const link = response.headers.get("link");
      return new Response(Buffer.from(bytes), { status: response.status, headers: link === null ? {} : { link } });
    } catch (error) {
      signal?.throwIfAborted();
      return late.aborted ? refuse(`no whole answer within ${seconds} seconds`) : Promise.reject(error);
    }
  };
}
