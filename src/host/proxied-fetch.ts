import { OptionError } from "../errors.ts";

const NAMES: readonly string[] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
/** From a proxy's place, this machine is another one. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * `fetch` through the proxy that HTTPS_PROXY or HTTP_PROXY name, but for the hosts of NO_PROXY and for this machine; as
 * curl and Python's libraries do, which Node 20 doesn't.
 *
 * @throws OptionError for a proxy that is no address; what fetch throws, as it is
 */
export async function proxiedFetch(url: string, init: RequestInit): Promise<Response> {
  const named = NAMES.find((name) => (process.env[name] ?? "") !== "");
  if (named === undefined || LOOPBACK.test(new URL(url).hostname)) return fetch(url, init);
  const { EnvHttpProxyAgent, fetch: fetchThrough } = await import("undici");
  const address = process.env[named]!;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new OptionError(
      `Expected ${named} to be the http or https address of a proxy, such as http://proxy:3128, got something else; correct or unset it.`,
    );
  const dispatcher = new EnvHttpProxyAgent();
  return (await fetchThrough(url, {
    ...(init as unknown as Parameters<typeof fetchThrough>[1]),
    dispatcher,
  })) as unknown as Response;
}
