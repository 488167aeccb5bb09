import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Context } from "hono";

const compress = promisify(gzip);
/** Below this, compressing saves nothing. */
const SMALL = 1024;
/** Speed before size: most pages are on the same machine. */
const LEVEL = 1;

/** Answers with JSON, compressed where the browser takes it. */
export async function answerJson(context: Context, value: object): Promise<Response> {
  const text = JSON.stringify(value);
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  if (text.length < SMALL || !takesGzip(context)) return context.body(text, 200, headers);
  return context.body(new Uint8Array(await compress(text, { level: LEVEL })), 200, {
    ...headers,
    "content-encoding": "gzip",
    vary: "accept-encoding",
  });
}

/** Whether the client says that it reads gzip. */
export function takesGzip(context: Context): boolean {
  return /(^|,)\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*(,|$))|,|$)/.test(context.req.header("accept-encoding") ?? "");
}
