import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import { apiApp, refuseWhenStopping, type ApiParts } from "./api-app.ts";
import { chatForm, completionForm, type AnswerForm } from "./answer-forms.ts";
import { answerRequest, type AnsweringServer, type AnswerJob, type ServerContext } from "./answer-request.ts";
import { ApiProblem } from "./api-problem.ts";
import type { ChoiceTextOptions } from "./choice-text.ts";
import { readBody } from "./read-body.ts";
import { readChat } from "./read-chat.ts";
import { readCompletion } from "./read-completion.ts";
import { drawingOf, type AskedSampling } from "./read-sampling.ts";
import type { ServedPrompt } from "./served-model.ts";
import { choiceKey } from "./write-choice.ts";
import type { ServingOptions } from "./serving-options.ts";

/** What the routes need. */
export interface ServerParts extends AnsweringServer, ApiParts {
  readonly options: ServingOptions;
  /** A seed for a request that says none. */
  readonly newSeed: () => number;
}

/** The routes of the API. */
export function serverApp(parts: ServerParts): Hono<{ Bindings: HttpBindings }> {
  const { model, options } = parts;
  const app = apiApp(parts);
  const created = Math.floor(Date.now() / 1000);
  const card = { id: model.name, object: "model", created, owned_by: "aha", max_model_len: model.context };
  app.get("/v1/models", (context) => context.json({ object: "list", data: [card] }));
  app.get("/v1/models/*", (context) => {
    checkModel(decoded(context.req.path.slice("/v1/models/".length)), model.name);
    return context.json(card);
  });
  app.post("/v1/chat/completions", async (context) => {
    const asked = readChat(await body(context), options);
    checkModel(asked.sampling.model, model.name);
    const prompts = async (): Promise<ServedPrompt[]> => [await model.chatPrompt(asked.messages, asked.thinks)];
    const form = chatForm(asked.tellsLogprobs);
    return answerRequest(context, jobOf({ ...asked, form, prompts, count: 1, splits: true }), parts);
  });
  app.post("/v1/completions", async (context) => {
    const asked = readCompletion(await body(context), options);
    checkModel(asked.sampling.model, model.name);
    const prompts = async (): Promise<ServedPrompt[]> => asked.prompts.map((prompt) => model.textPrompt(prompt));
    const form = completionForm(asked.tellsLogprobs);
    return answerRequest(
      context,
      jobOf({ ...asked, form, prompts, count: asked.prompts.length, splits: false }),
      parts,
    );
  });
  return app;

  async function body(context: ServerContext): ReturnType<typeof readBody> {
    refuseWhenStopping(parts);
    return readBody(context.req.raw, options.maxBodyBytes);
  }

  function jobOf({ sampling, form, prompts, count, splits, tellsLogprobs, likeliest }: Asked): AnswerJob {
    const { choices, stream, streamsUsage, stops, seed = parts.newSeed() } = sampling;
    if (choices * count > parts.admission.most)
      throw new ApiProblem(400, `Expected at most ${parts.admission.most} choices, got ${choices * count}.`, {
        param: "n",
      });
    const textFor = ({ opensThinking }: ServedPrompt): ChoiceTextOptions => ({
      tokenizer: model.tokenizer,
      endTokens: model.endTokens,
      stops,
      thinking: thinkingOf(splits, opensThinking),
      tellsLogprobs,
    });
    return {
      form,
      stream,
      streamsUsage,
      choices: choices * count,
      orders: async () => {
        const read = await prompts();
        const orders = read.flatMap((prompt) =>
          Array.from({ length: choices }, (_, i) => ({
            prompt: prompt.tokens,
            key: choiceKey(seed, i),
            drawing: drawingOf(sampling, likeliest, model.context - prompt.tokens.length),
            text: textFor(prompt),
          })),
        );
        return { orders, promptTokens: read.reduce((sum, { tokens }) => sum + tokens.length, 0) };
      },
    };
  }
}

interface Asked {
  readonly sampling: AskedSampling;
  readonly form: AnswerForm;
  readonly prompts: () => Promise<ServedPrompt[]>;
  /** How many prompts there are. */
  readonly count: number;
  /** Whether thinking is told apart. */
  readonly splits: boolean;
  readonly tellsLogprobs: boolean;
  readonly likeliest: number;
}

function thinkingOf(splits: boolean, opened: boolean): ChoiceTextOptions["thinking"] {
  if (!splits) return "raw";
  return opened ? "opened by the prompt" : "apart";
}

function checkModel(asked: string | undefined, name: string): void {
  if (asked === undefined || asked === name) return;
  throw new ApiProblem(404, `There is no model ${JSON.stringify(asked.slice(0, 200))} here; this server has ${name}.`, {
    param: "model",
    code: "model_not_found",
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // What is no address is no model's name either.
    return text;
  }
}
