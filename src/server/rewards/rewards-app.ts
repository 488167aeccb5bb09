import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Admission } from "../admission.ts";
import { apiApp, refuseWhenStopping, type ApiParts } from "../api-app.ts";
import { ApiProblem } from "../api-problem.ts";
import type { BodyFields } from "../body-fields.ts";
import { percent } from "../../text/format.ts";
import { readBody } from "../read-body.ts";
import { gymMetrics } from "./gym-metrics.ts";
import { gymAnswer, readGym } from "./read-gym.ts";
import { openRlhfAnswer, readOpenRlhf } from "./read-openrlhf.ts";
import { requiredList, readScore } from "./read-score.ts";
import { readSlime } from "./read-slime.ts";
import type { RewardCounts } from "./reward-counts.ts";
import type { CompletionToScore, RewardScorer, ScoredCompletion } from "./reward-scorer.ts";
import type { RewardServingOptions } from "./reward-serving-options.ts";

/** What the routes need. */
export interface RewardsParts extends ApiParts {
  readonly taskName: string;
  readonly scorer: RewardScorer;
  readonly counts: RewardCounts;
  readonly admission: Admission;
  readonly options: RewardServingOptions;
}

type RewardsContext = Context<{ Bindings: HttpBindings }>;

/** Scores the completions of a request. */
type ScoresAll = (asked: readonly CompletionToScore[]) => Promise<ScoredCompletion[]>;

/** The routes of a server of rewards. */
export function rewardsApp(parts: RewardsParts): Hono<{ Bindings: HttpBindings }> {
  const { scorer, counts, admission, options } = parts;
  const app = apiApp(parts);
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
    refuseWhenStopping(parts);
    return readBody(context.req.raw, options.maxBodyBytes);
  };
  /** For those who know numbers alone: what they can't be told ends their run instead. */
  const numbers: ScoresAll = async (asked) => {
    const scored = await scores(asked);
    const unknown = scored.find((one) => one.unknown);
    if (unknown !== undefined)
      throw new ApiProblem(
        400,
        `The label stands for nothing here: ${unknown.reason}; give the id of a problem as the label.`,
      );
    if (counts.isAbove(options.mostUnverifiable)) throw tooMany(counts, options.mostUnverifiable);
    return scored;
  };
  app.get("/", (context) => context.json({ task: parts.taskName, dialects: DIALECTS }));
  app.get("/metrics", (context) => context.json({ task: parts.taskName, ...counts.figures() }));
  app.post("/score", async (context) => {
    const scored = await scores(readScore(await body(context), admission.most));
    return context.json({ scores: scored.map(({ unknown: _unknown, ...shown }) => shown) });
  });
  app.post("/get_reward", async (context) => {
    refuseUnmapped(options);
    return context.json(openRlhfAnswer(await numbers(readOpenRlhf(await body(context), admission.most, options.end))));
  });
  app.post("/rm", async (context) => {
    refuseUnmapped(options);
    const [scored] = await numbers([readSlime(await body(context), options.end)]);
    return context.json(scored!.reward ?? 0);
  });
  app.post("/verify", async (context) => {
    const asked = await body(context);
    const [scored] = await numbers([readGym(asked)]);
    return context.json(gymAnswer(asked, scored!));
  });
  // No session has a state: what a rollout needs is in its row.
  for (const path of ["/seed_session", "/close_session"])
    app.post(path, async (context) => {
      const session = (await body(context)).text("resources_session_id");
      return context.json(session === undefined ? {} : { resources_session_id: session });
    });
  app.get("/reverify_mode", (context) => context.json("stateless"));
  app.post("/aggregate_metrics", async (context) =>
    context.json(gymMetrics(requiredList(await body(context), "verify_responses", MOST_RESPONSES))),
  );
  return app;
}

const DIALECTS = ["/score", "/verify", "/get_reward", "/rm"];
/** Answers that are averaged at once. */
const MOST_RESPONSES = 1_000_000;

/** Options that a dialect has no words for. */
function refuseUnmapped({ truncated, overlongWeight }: RewardServingOptions): void {
  if (truncated === "unscored")
    throw new ApiProblem(400, 'The server has `truncated: "unscored"`, and this dialect no null; ask /score.');
  if (overlongWeight > 0)
    throw new ApiProblem(400, "The server has an `overlongWeight`, and this dialect says no lengths; ask /score.");
}

function tooMany(counts: RewardCounts, most: number): ApiProblem {
  const { unverifiableShare, reasons } = counts.figures();
  const share = percent(unverifiableShare);
  const [first] = reasons;
  return new ApiProblem(
    503,
    `Of the last completions ${share} could not be judged, more than ${percent(most)} (${first?.reason ?? "no reason"}); mend the verifier, or allow more by \`mostUnverifiable\`.`,
    { code: "too_many_unverifiable", retryAfter: 10 },
  );
}
