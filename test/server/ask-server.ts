import { afterAll } from "vitest";
import { serve, type ServedApi, type ServeOptions } from "../../src/server/serve.ts";

/** Starts a server on any port that ends with the tests of the file. */
export async function served(model: string, options: ServeOptions = {}): Promise<ServedApi> {
  const mistakes: Error[] = [];
  const server = await serve(model, { port: 0, workers: 1, onMistake: (error) => mistakes.push(error), ...options });
  let stopped: Promise<void> | undefined;
  const stop: ServedApi["stop"] = (given) => (stopped ??= server.stop(given));
  afterAll(async () => {
    await stop({ graceSeconds: 0 });
    if (mistakes.length > 0) throw mistakes[0]!;
  });
  return { ...server, stop };
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Whoever asks says what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** Posts JSON to an address below the base URL. */
export async function post(
  { url }: Pick<ServedApi, "url">,
  path: string,
  body: unknown,
  init: Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<ServerAnswer> {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

/** The data of each event of a stream, as they came. */
export async function events({ url }: Pick<ServedApi, "url">, path: string, body: object): Promise<string[]> {
  const response = await fetch(`${url}${path}`, { method: "POST", body: JSON.stringify({ ...body, stream: true }) });
  if (response.headers.get("content-type") !== "text/event-stream; charset=utf-8")
    throw new Error(`No stream: ${await response.text()}`);
  return (await response.text())
    .split("\n\n")
    .filter((event) => event !== "" && !event.startsWith(":"))
    .map((event) => {
      if (!event.startsWith("data: ")) throw new Error(`Not an event: ${event}`);
      return event.slice("data: ".length);
    });
}
