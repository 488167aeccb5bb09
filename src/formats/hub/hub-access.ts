import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isPlainHttp } from "../../host/plain-http.ts";

/**
 * Where the hub is, what it is asked with, and where models are kept: all from the environment, as Python's library has
 * it.
 */
export interface HubAccess {
  readonly url: string;
  readonly token: string | undefined;
  /** The folder that Python's library keeps models in as well. */
  readonly cache: string;
  /** No network, whatever is missing. */
  readonly offline: boolean;
  /** Seconds to wait for an answer, or for the next byte of a file; a minute where absent. */
  readonly patience?: number;
}

let warned = false;

/** The token that may be sent: none where others on the way could read it. */
export function tokenOf({ url, token }: Pick<HubAccess, "url" | "token">): string | undefined {
  if (token === undefined || !isPlainHttp(url)) return token;
  if (!warned)
    process.emitWarning(
      `The token of the hub is not sent to ${new URL(url).host}: HF_ENDPOINT is plain http, where others can read it; use https.`,
    );
  warned = true;
  return undefined;
}

/** Reads HF_ENDPOINT, HF_TOKEN or the file that `hf auth login` writes, HF_HUB_CACHE, HF_HOME and HF_HUB_OFFLINE. */
export async function hubAccess(environment: NodeJS.ProcessEnv = process.env): Promise<HubAccess> {
  const given = (name: string): string | undefined =>
    environment[name] === undefined || environment[name] === "" ? undefined : environment[name];
  const home = given("HF_HOME") ?? join(given("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");
  const offline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].some((name) =>
    /^(1|true|yes|on)$/i.test(given(name) ?? ""),
  );
  return {
    url: (given("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, ""),
    token:
      given("HF_TOKEN") ??
      given("HUGGING_FACE_HUB_TOKEN") ??
      (await savedToken(given("HF_TOKEN_PATH") ?? join(home, "token"))),
    cache: given("HF_HUB_CACHE") ?? given("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub"),
    offline,
  };
}

async function savedToken(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim() === "" ? undefined : text.trim();
}
