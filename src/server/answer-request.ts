import { setMaxListeners } from "node:events";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { newSecret } from "../host/secrets.ts";
import type { Admission } from "./admission.ts";
import type { AnswerForm, WholeChoice } from "./answer-forms.ts";
import { apiProblemOf } from "./api-problem.ts";
import type { ChoicePiece } from "./choice-text.ts";
import { EventSink } from "./event-sink.ts";
import { writeChoice, type ChoiceEnd, type ChoiceOrder } from "./write-choice.ts";
import type { ServedModel } from "./served-model.ts";

export type ServerContext = Context<{ Bindings: HttpBindings }>;

/** What is asked for, whatever the kind of request. */
export interface AnswerJob {
  readonly form: AnswerForm;
  readonly stream: boolean;
  readonly streamsUsage: boolean;
  /** How many choices there will be. */
  readonly choices: number;
  /** Makes the prompts. @throws ApiProblem, TokenizerError */
  readonly orders: () => Promise<{ readonly orders: readonly ChoiceOrder[]; readonly promptTokens: number }>;
}

/** Who answers. */
export interface AnsweringServer {
  readonly model: ServedModel;
  readonly admission: Admission;
  readonly readerSeconds: number;
  /** Aborted when the server waits for nobody any more. */
  readonly closing: AbortSignal;
  readonly onMistake: (error: Error) => void;
}

/** The client has left: there is nobody to tell anything. */
const LEFT = 499;

/** Answers a request as a whole or as a stream. @throws ApiProblem, TokenizerError before anything was written */
export async function answerRequest(
  context: ServerContext,
  job: AnswerJob,
  server: AnsweringServer,
): Promise<Response> {
  const leaving = unlimited(new AbortController());
  const leave = (): void => leaving.abort();
  const { signal } = context.req.raw;
  signal.addEventListener("abort", leave);
  server.closing.addEventListener("abort", leave);
  if (signal.aborted || server.closing.aborted) leave();
  const leaveRoom = server.admission.enter(job.choices);
  const end = (): void => {
    signal.removeEventListener("abort", leave);
    server.closing.removeEventListener("abort", leave);
    leaveRoom();
  };
  try {
    const { orders, promptTokens } = await job.orders();
    const work = new Answering(job, server, { orders, promptTokens, leaving: leaving.signal });
    if (!job.stream) return context.json(await work.whole());
    const sink = new EventSink(server.readerSeconds, (why) => {
      leave();
      // Closing the connection is the only word that reaches a client which takes nothing.
      if (why === "slow") context.env.outgoing.destroy();
    });
    void work.stream(sink).finally(end);
    return new Response(sink.body, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    return new Response(null, { status: LEFT });
  } finally {
    if (!job.stream || leaving.signal.aborted) end();
  }
}

interface Written {
  readonly orders: readonly ChoiceOrder[];
  readonly promptTokens: number;
  readonly leaving: AbortSignal;
}

/** One answer on its way. */
class Answering {
  private readonly head: object;

  constructor(
    private readonly job: AnswerJob,
    private readonly server: AnsweringServer,
    private readonly written: Written,
  ) {
    const { form, stream } = job;
    this.head = {
      id: `${form.prefix}-${newSecret().slice(0, 24)}`,
      object: stream ? form.object.chunk : form.object.whole,
      created: Math.floor(Date.now() / 1000),
      model: server.model.name,
    };
  }

  async whole(): Promise<object> {
    const choices: WholeChoice[] = [];
    const written = await this.writeAll(
      () => undefined,
      (index, pieces, finish) => void (choices[index] = { ...joined(pieces), finish }),
    );
    return {
      ...this.head,
      choices: choices.map((choice, index) => this.job.form.whole(index, choice)),
      usage: this.usage(written),
    };
  }

  /** Never throws: what fails is told in the stream. */
  async stream(sink: EventSink): Promise<void> {
    const { form, streamsUsage } = this.job;
    const send = (choice: object | undefined): void => {
      if (choice === undefined) return;
      sink.send({ ...this.head, choices: [choice], ...(streamsUsage ? { usage: null } : {}) });
    };
    try {
      this.written.orders.forEach((_order, index) => send(form.begin(index)));
      const written = await this.writeAll(
        (index, piece) => send(form.piece(index, piece)),
        (index, _pieces, finish) => send(form.end(index, finish)),
      );
      if (streamsUsage) sink.send({ ...this.head, choices: [], usage: this.usage(written) });
      sink.send("[DONE]");
    } catch (error) {
      if (!this.written.leaving.aborted) sink.send(apiProblemOf(error, this.server.onMistake).body());
    } finally {
      sink.end();
    }
  }

  /** Writes all choices side by side. Returns how each ended; where one fails, the others end too. */
  private async writeAll(
    onPiece: (index: number, piece: ChoicePiece) => void,
    onEnd: (index: number, pieces: readonly ChoicePiece[], finish: WholeChoice["finish"]) => void,
  ): Promise<readonly ChoiceEnd[]> {
    const { orders, leaving } = this.written;
    const ending = unlimited(new AbortController());
    const leave = (): void => ending.abort(leaving.reason);
    leaving.addEventListener("abort", leave);
    if (leaving.aborted) leave();
    const write = async (order: ChoiceOrder, index: number): Promise<ChoiceEnd> => {
      const pieces: ChoicePiece[] = [];
      const take = (piece: ChoicePiece): void => {
        if (!this.job.stream) pieces.push(piece);
        onPiece(index, piece);
      };
      const end = await writeChoice(this.server.model.policy, order, take, ending.signal);
      onEnd(index, pieces, end.finish);
      return end;
    };
    try {
      return await Promise.all(orders.map(write));
    } catch (error) {
      ending.abort(error);
      throw error;
    } finally {
      leaving.removeEventListener("abort", leave);
    }
  }

  private usage(ends: readonly ChoiceEnd[]): object {
    const { promptTokens } = this.written;
    const completionTokens = ends.reduce((sum, { tokens }) => sum + tokens, 0);
    const reasoning = ends.reduce((sum, { reasoningTokens }) => sum + reasoningTokens, 0);
    return {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      ...(this.job.form.tellsReasoning ? { completion_tokens_details: { reasoning_tokens: reasoning } } : {}),
    };
  }
}

/** Every choice listens to it, however many there are. */
function unlimited(controller: AbortController): AbortController {
  setMaxListeners(0, controller.signal);
  return controller;
}

function joined(pieces: readonly ChoicePiece[]): ChoicePiece {
  return {
    content: pieces.map(({ content }) => content).join(""),
    thinking: pieces.map(({ thinking }) => thinking).join(""),
    logprobs: pieces.flatMap(({ logprobs }) => logprobs),
  };
}
