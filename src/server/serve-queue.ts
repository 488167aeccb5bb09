import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { RunError } from "../errors.ts";
import { hostInUrl } from "../host/allowed-hosts.ts";
import { BUNDLE_NEED, TaskBundles } from "../judging/queue/bundled-work.ts";
import type {
  ClaimName,
  EvaluationOutcome,
  EvaluatorCard,
  EvaluatorSide,
  WorkClaim,
} from "../judging/queue/evaluation-queue.ts";
import { MOST_CLAIMS, QUEUE_FRONT } from "../judging/queue/http-queue.ts";
import { CLAIM_SHAPE, OUTCOME_SHAPE } from "../judging/queue/queue-rows.ts";
import { boundedText, fields, integerWithin, list, misfitText, type Shape } from "../store/shape.ts";
import { ApiProblem, apiProblemOf } from "./api-problem.ts";
import { guardApi } from "./guard-api.ts";
import { checkListening, startListening } from "./listening.ts";
import { readBody } from "./read-body.ts";

/** Bytes of a question: an outcome with its log is the longest. */
const MOST_BODY = 2 ** 21;
const DEFAULT_PORT = 8090;

const CARD: Shape = fields({ id: boundedText(200), name: boundedText(200), has: list(boundedText(4096), 64) });
const OUTCOME: Shape = fields({ evaluator: CARD, claim: CLAIM_SHAPE, outcome: OUTCOME_SHAPE });

export interface ServeQueueOptions {
  readonly port?: number;
  readonly host?: string;
  /** What evaluators must bring; only this machine's may do without. */
  readonly token?: string;
  readonly allowHosts?: readonly string[];
  readonly onMistake?: (error: Error) => void;
}

/** A queue that evaluators of other machines can ask. */
export interface ServedQueue {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves the evaluator's side of a queue over HTTP.
 *
 * @throws OptionError for a port that is taken, and an address that others can reach without a token
 */
export async function serveQueue(queue: EvaluatorSide, options: ServeQueueOptions = {}): Promise<ServedQueue> {
  const { host = "127.0.0.1", token, allowHosts = [], onMistake = () => undefined } = options;
  checkListening(options, "queue");
  let port = 0;
  const bundles = new TaskBundles();
  const app = queueApp(
    { queue, bundles, onMistake },
    {
      host,
      port: () => port,
      token: token ?? null,
      allowHosts,
      allowOrigins: [],
    },
  );
  const listening = await startListening(app.fetch, { port: options.port, host }, DEFAULT_PORT);
  const { server } = listening;
  ({ port } = listening);
  return {
    url: `http://${hostInUrl(host)}:${port}`,
    port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      bundles.close();
    },
  };
}

/** What is asked; each question has some of it. */
interface Asked {
  readonly evaluator: EvaluatorCard;
  readonly most: number;
  readonly claims: readonly ClaimName[];
  readonly claim: ClaimName;
  readonly outcome: EvaluationOutcome;
}

interface FrontParts {
  readonly queue: EvaluatorSide;
  readonly bundles: TaskBundles;
  readonly onMistake: (error: Error) => void;
}

function queueApp(
  { queue, bundles, onMistake }: FrontParts,
  guard: Parameters<typeof guardApi>[0],
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(guardApi(guard));
  app.onError((error, context) => {
    // A full disk is no mistake of ours, and passes.
    const passes = error instanceof RunError;
    const told = passes ? new ApiProblem(503, error.message, { code: "queue_failed" }) : apiProblemOf(error, onMistake);
    return context.json(told.body(), told.status);
  });
  app.notFound((context) => context.json(new ApiProblem(404, "There is nothing here but /queue.").body(), 404));

  const read = async <T>(request: Request, shape: Shape): Promise<T> => {
    const body = await readBody(request, MOST_BODY);
    const value = Object.fromEntries(
      ["evaluator", "most", "claims", "claim", "outcome"].map((name) => [name, body.get(name)]),
    );
    const misfit = shape(value);
    if (misfit !== null) throw new ApiProblem(400, `In the body ${misfitText(misfit)}.`);
    return value as T;
  };
  const sent = async (evaluator: EvaluatorCard, claims: readonly WorkClaim[]): Promise<WorkClaim[]> => {
    const bundled: WorkClaim[] = [];
    for (const claim of claims) {
      try {
        bundled.push({ ...claim, work: await bundles.bundled(claim.work) });
      } catch (error) {
        const verdict = { kind: "unverifiable", reason: (error as Error).message } as const;
        await queue.fail(evaluator, claim, { verdict, failed: true, phase: "set up" });
      }
    }
    return bundled;
  };
  app.get("/queue", (context) => context.json({ front: QUEUE_FRONT, leaseSeconds: queue.leaseSeconds }));
  app.post("/queue/claim", async (context) => {
    const shape = fields({ evaluator: CARD, most: integerWithin(1, MOST_CLAIMS) });
    const { evaluator, most } = await read<Asked>(context.req.raw, shape);
    // What lies in a folder here goes in one piece to who has none.
    const takesBundles = evaluator.has.includes(BUNDLE_NEED);
    const card = takesBundles ? { ...evaluator, has: [...evaluator.has, "repository"] } : evaluator;
    return context.json({ claims: await sent(card, await queue.claim(card, most)) });
  });
  app.get("/queue/content/:sha256", async (context) => {
    const bytes = await bundles.bytes(context.req.param("sha256"));
    if (bytes === null) return context.json(new ApiProblem(404, "There is no such bundle.").body(), 404);
    return context.body(new Uint8Array(bytes), 200, { "content-type": "application/octet-stream" });
  });
  app.post("/queue/heartbeat", async (context) => {
    const shape = fields({ evaluator: CARD, claims: list(CLAIM_SHAPE, MOST_CLAIMS) });
    const { evaluator, claims } = await read<Asked>(context.req.raw, shape);
    return context.json({ claims: await queue.heartbeat(evaluator, claims) });
  });
  app.post("/queue/finish", async (context) => {
    const { evaluator, claim, outcome } = await read<Asked>(context.req.raw, OUTCOME);
    return context.json({ done: await queue.finish(evaluator, claim, outcome) });
  });
  app.post("/queue/fail", async (context) => {
    const { evaluator, claim, outcome } = await read<Asked>(context.req.raw, OUTCOME);
    return context.json({ done: await queue.fail(evaluator, claim, outcome) });
  });
  app.post("/queue/leave", async (context) => {
    const { evaluator } = await read<Asked>(context.req.raw, fields({ evaluator: CARD }));
    await queue.leave(evaluator);
    return context.json({ done: true });
  });
  return app;
}
