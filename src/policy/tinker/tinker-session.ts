import { sumOf } from "../../numbers/sum.ts";
import { filesOfArchive } from "./tinker-archive.ts";
import { futureOf, tinkerJson, type TinkerConnection } from "./tinker-connection.ts";
import { TinkerFailure } from "./tinker-failure.ts";
import type { TinkerAnswer } from "./tinker-http.ts";
import { decodePass, decodeSequences, encodePassRequest } from "./tinker-proto.ts";
import {
  numbersOf,
  isRecord,
  passOfJson,
  passRequestJson,
  sequencesOfJson,
  textField,
  type TinkerDatum,
  type TinkerPass,
  type TinkerPassRequest,
  type TinkerSequence,
} from "./tinker-shapes.ts";

/** How passes are written: as SDKs from 0.25 on and SkyRL from 0.4 on, or as those before. Learnt by the first. */
export interface TinkerDialect {
  form?: "protobuf" | "json";
}

const BEAT_SECONDS = 20;
/** Of one request: a batch goes in pieces, whose gradients the server adds up. */
const MOST_DATUMS = 512;
const MOST_TOKENS = 500_000;
/** Names that are tried for what is saved, where an answer is lost. */
const MOST_NAMES = 4;
const MOST_ARCHIVE = 2 ** 31;

/** Statuses of a server that reads another form of a pass. */
const OTHER_FORM: readonly number[] = [415, 422];

/** A model with its adapter as a server holds it, kept alive until its end. */
export class TinkerSession {
  private sequence = 0;
  private saves = 0;
  private published: { readonly version: number; readonly sampler: string } | undefined;
  private samples = 0;
  private readonly beat: ReturnType<typeof setInterval>;

  constructor(
    private readonly connection: TinkerConnection,
    readonly ids: { readonly session: string; readonly model: string },
    private readonly dialect: TinkerDialect,
  ) {
    this.beat = setInterval(() => void this.keepAlive(), BEAT_SECONDS * 1000);
    this.beat.unref();
  }

  /** Servers unload the models of those that aren't heard of. A beat that fails says nothing: the next request does. */
  private async keepAlive(): Promise<void> {
    const body = { session_id: this.ids.session, type: "session_heartbeat" };
    await this.connection.ask("/api/v1/session_heartbeat", body, undefined, 0).catch(() => undefined);
  }

  /** Loads saved weights and optimizer state: the first that is asked of a model. @throws TinkerFailure */
  async load(path: string): Promise<void> {
    const body = { model_id: this.ids.model, path, optimizer: true, type: "load_weights" };
    await this.done(() => this.connection.order("/api/v1/load_weights", body)).catch((error: unknown) => {
      // What isn't found here are the weights, unless it is the model, which was made just now.
      const isWeights = error instanceof TinkerFailure && error.kind === "forgotten" && !/loaded/.test(error.message);
      throw isWeights ? new TinkerFailure("refused", error.message, error.status) : error;
    });
  }

  /** A forward pass, and the backward pass too, whose gradients the server keeps until the next step. */
  async pass(request: Omit<TinkerPassRequest, "modelId" | "sequenceId">): Promise<TinkerPass> {
    const futures: string[] = [];
    for (const data of inPieces(request.data))
      futures.push(await this.sendPass({ ...request, data, modelId: this.ids.model, sequenceId: ++this.sequence }));
    const passes: TinkerPass[] = [];
    for (const future of futures) passes.push(passOf(await this.connection.result(future)));
    return {
      logprobs: passes.flatMap(({ logprobs }) => logprobs),
      fields: passes[0]?.fields ?? [],
      metrics: passes[0]?.metrics ?? {},
    };
  }

  private async sendPass(request: TinkerPassRequest): Promise<string> {
    const { dialect } = this;
    const send = (form: "protobuf" | "json"): Promise<unknown> =>
      form === "protobuf"
        ? this.connection.order("/api/v1/forward_backward", encodePassRequest(request))
        : this.connection.order(
            `/api/v1/${request.forwardOnly ? "forward" : "forward_backward"}`,
            passRequestJson(request),
          );
    if (dialect.form !== undefined) return futureOf(await send(dialect.form));
    try {
      const future = futureOf(await send("protobuf"));
      dialect.form = "protobuf";
      return future;
    } catch (error) {
      if (!(error instanceof TinkerFailure && OTHER_FORM.includes(error.status ?? 0))) throw error;
      dialect.form = "json";
      return futureOf(await send("json"));
    }
  }

  /** An optimizer step by the gradients of the passes before. @returns their norm; 0 where the server doesn't tell */
  async step(adam: Readonly<Record<string, number>>): Promise<number> {
    const body = { model_id: this.ids.model, adam_params: adam, seq_id: ++this.sequence, type: "optim_step" };
    const json = await this.done(() => this.connection.order("/api/v1/optim_step", body));
    const metrics = numbersOf(isRecord(json) ? json["metrics"] : undefined);
    return metrics["skyrl.ai/grad_norm"] ?? metrics["grad_norm:mean"] ?? 0;
  }

  /** Saves weights and optimizer state. @returns what the server calls them */
  async save(version: number): Promise<string> {
    return this.named(async (name) => {
      const body = { model_id: this.ids.model, path: `update-${version}-${name}`, type: "save_weights" };
      const json = await this.done(() => this.connection.order("/api/v1/save_weights", body));
      return textField(json, "path");
    });
  }

  /** Gives the weights to the samplers, once a version. @returns whom to ask for samples */
  async sampler(version: number, signal?: AbortSignal): Promise<string> {
    if (this.published?.version === version) return this.published.sampler;
    const sampler = await this.named(async (name) => {
      const ids = { sampling_session_seq_id: name, seq_id: ++this.sequence };
      const body = { model_id: this.ids.model, ...ids, type: "save_weights_for_sampler" };
      const json = await this.done(
        () => this.connection.order("/api/v1/save_weights_for_sampler", body, signal),
        signal,
      );
      return textField(json, "sampling_session_id");
    });
    this.published = { version, sampler };
    return sampler;
  }

  /** Samples of one prompt, unchecked. */
  async sample(sampler: string, body: object, signal?: AbortSignal): Promise<TinkerSequence[]> {
    const ids = { sampling_session_id: sampler, seq_id: ++this.samples };
    // Nothing counts samples: where an answer is lost, they are asked for again.
    const future = futureOf(await this.connection.ask("/api/v1/asample", { ...body, ...ids }, signal));
    const answer = await this.connection.result(future, signal);
    return "bytes" in answer ? decoded(() => decodeSequences(answer.bytes)) : sequencesOfJson(answer.json);
  }

  /** The adapter's files, where the server gives archives. */
  async archive(): Promise<ReadonlyMap<string, Uint8Array> | null> {
    const name = await this.named(async (number) => {
      const path = `archive-${number}`;
      const body = { model_id: this.ids.model, path, type: "save_weights_for_sampler" };
      await this.done(() => this.connection.order("/api/v1/save_weights_for_sampler", body));
      return path;
    });
    const path = `/api/v1/training_runs/${encodeURIComponent(this.ids.model)}/checkpoints/${name}/archive`;
    try {
      const answer = await this.connection.get(path, { method: "GET", file: true, most: MOST_ARCHIVE });
      return "bytes" in answer ? decoded(() => filesOfArchive(answer.bytes)) : null;
    } catch (error) {
      if (error instanceof TinkerFailure && [403, 404, 405, 501].includes(error.status ?? 0)) return null;
      throw error;
    }
  }

  /** Frees its place on the server; one that can't be told frees it when it hears no more. */
  async end(): Promise<void> {
    clearInterval(this.beat);
    const body = { model_id: this.ids.model, type: "unload_model" };
    await this.connection.ask("/api/v1/unload_model", body, undefined, 0).catch(() => undefined);
  }

  /** Something saved under a name: where it isn't known whether it was, another name does. */
  private async named<T>(save: (name: number) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await save(++this.saves);
      } catch (error) {
        const isTaken = error instanceof TinkerFailure && (error.kind === "doubt" || error.status === 409);
        if (!isTaken || tries === MOST_NAMES) throw error;
      }
    }
  }

  /** Sends an order and waits until it is done. */
  private async done(order: () => Promise<unknown>, signal?: AbortSignal): Promise<unknown> {
    return tinkerJson(await this.connection.result(futureOf(await order()), signal));
  }
}

function passOf(answer: TinkerAnswer): TinkerPass {
  return "bytes" in answer ? decoded(() => decodePass(answer.bytes)) : passOfJson(answer.json);
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new TinkerFailure("refused", `an answer that can't be read (${(error as Error).message})`);
  }
}

/** Consecutive pieces of bounded size. */
function inPieces(data: readonly TinkerDatum[]): TinkerDatum[][] {
  const pieces: TinkerDatum[][] = [];
  for (const datum of data) {
    const last = pieces.at(-1);
    const tokens = sumOf(last ?? [], (one) => one.tokens.length) + datum.tokens.length;
    if (last === undefined || last.length === MOST_DATUMS || tokens > MOST_TOKENS) pieces.push([datum]);
    else last.push(datum);
  }
  return pieces;
}
