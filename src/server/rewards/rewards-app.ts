import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { Admission } from "../admission.ts";
import { ApiProblem, apiProblemOf } from "../api-problem.ts";
import type { BodyFields } from "../body-fields.ts";
import { guardApi, HEALTH, type ApiGuardOptions } from "../guard-api.ts";
import { readBody } from "../read-body.ts";
import { readScore } from "./read-score.ts";
import type { RewardCounts } from "./reward-counts.ts";
import type { CompletionToScore, RewardScorer, ScoredCompletion } from "./reward-scorer.ts";
import type { RewardServingOptions } from "./reward-serving-options.ts";

/** What the routes need. */
export interface RewardsParts {
  readonly taskName: string;
  readonly scorer: RewardScorer;
  readonly counts: RewardCounts;
  readonly admission: Admission;
  readonly options: RewardServingOptions;
  readonly guard: ApiGuardOptions;
  /** Whether new requests are refused, as the server ends. */
  readonly stopping: () => boolean;
  readonly onMistake: (error: Error) => void;
}

type RewardsContext = Context<{ Bindings: HttpBindings }>;

/** Scores the completions of a request. */
type ScoresAll = (asked: readonly CompletionToScore[]) => Promise<ScoredCompletion[]>;

/** The routes of a server of rewards. */
export function rewardsApp(parts: RewardsParts): Hono<{ Bindings: HttpBindings }> {
  const { scorer, counts, admission, options } = parts;
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

  const scores: ScoresAll = async (asked) => {
    const leave = admission.enter(asked.length);
    try {
      return await Promise.all(
        asked.map(async (one) => {
          const scored = await scorer.score(one);
          counts.add(scored);
          return scored;
        }),
      );
    } finally {
      leave();
    }
  };
  const body = async (context: RewardsContext): Promise<BodyFields> => {
    if (parts.stopping()) throw new ApiProblem(503, "The server is stopping; ask another one.", { retryAfter: 5 });
    return readBody(context.req.raw, options.maxBodyBytes);
  };
  app.post("/score", async (context) => {
    const scored = await scores(readScore(await body(context), admission.most));
    return context.json({ scores: scored.map(({ unknown: _unknown, ...shown }) => shown) });
  });
  return app;
}
