import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { ApiProblem, apiProblemOf } from "./api-problem.ts";
import { guardApi, HEALTH, type ApiGuardOptions } from "./guard-api.ts";

/** What every API has. */
export interface ApiParts {
  readonly guard: ApiGuardOptions;
  /** Whether new requests are refused, as the server ends. */
  readonly stopping: () => boolean;
  /** Takes errors that are mistakes of ours. */
  readonly onMistake: (error: Error) => void;
}

/** An API without its routes: who may ask, how it refuses, whether it is there. */
export function apiApp(parts: ApiParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (context, next) => {
    await next();
    context.res.headers.set("x-content-type-options", "nosniff");
    if (parts.stopping()) context.res.headers.set("connection", "close");
  });
  app.use(guardApi(parts.guard));
  app.onError((error, context) => {
    const problem = apiProblemOf(error, parts.onMistake);
    const { retryAfter } = problem.details;
    if (retryAfter !== undefined) context.header("retry-after", String(retryAfter));
    return context.json(problem.body(), problem.status);
  });
  app.notFound((context) => {
    const problem = new ApiProblem(404, `There is nothing at ${context.req.method} ${context.req.path.slice(0, 200)}.`);
    return context.json(problem.body(), 404);
  });
  app.get(HEALTH, (context) => context.json({ status: parts.stopping() ? "stopping" : "ok" }));
  return app;
}

/** @throws ApiProblem 503 as the server ends */
export function refuseWhenStopping({ stopping }: Pick<ApiParts, "stopping">): void {
  if (stopping()) throw new ApiProblem(503, "The server is stopping; ask another one.", { retryAfter: 5 });
}
