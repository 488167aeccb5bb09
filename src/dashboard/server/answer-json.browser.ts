import type { Context } from "hono";

/** Answers with JSON. */
export function answerJson(context: Context, value: object): Response {
  return context.body(JSON.stringify(value), 200, { "content-type": "application/json; charset=utf-8" });
}
