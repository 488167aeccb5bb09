import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../errors.ts";
import { retryDelay } from "../../host/retry-delay.ts";
import { randomKey, splitKey, type RandomKey } from "../../random.ts";
import { TinkerFailure } from "./tinker-failure.ts";
import {
  tinkerHttp,
  type TinkerAnswer,
  type TinkerBody,
  type TinkerHttpOptions,
  type TinkerRequest,
} from "./tinker-http.ts";
import { isRecord, textField } from "./tinker-shapes.ts";

export interface TinkerConnectionOptions extends TinkerHttpOptions {
  /** Seconds that a server which is away is waited for. */
  readonly patience: number;
  /** Told when a wait begins. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** For tests. */
  readonly request?: TinkerRequest;
  readonly wait?: (seconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Seconds. A future is asked for again and again: a request that a proxy cuts loses nothing. */
const POLL_SECONDS = 60;
const POST_SECONDS = 300;
/** Seconds that a result is waited for while the server is well: a compilation, or a long queue. */
const LONGEST_RESULT = 4 * 3600;
/** Between polls that are answered at once. */
const LEAST_POLL = 0.2;

/**
 * Talks to a server of the Tinker API with retries. What changes nothing there is asked again as long as the server may
 * answer; what changes something is sent again only where it was surely not taken.
 */
export class TinkerConnection {
  private readonly request: TinkerRequest;
  private readonly wait: (seconds: number, signal?: AbortSignal) => Promise<void>;
  private readonly key: RandomKey = splitKey(randomKey(0), "tinker");
  private isNoted = false;

  constructor(private readonly options: TinkerConnectionOptions) {
    this.request = options.request ?? tinkerHttp(options);
    this.wait =
      options.wait ?? ((seconds, signal) => sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal }));
  }

  /** @param patience seconds, in the place of the connection's own */
  async ask(path: string, body: object, signal?: AbortSignal, patience?: number): Promise<unknown> {
    return tinkerJson(await this.retried((ofCall) => this.request(path, post(body), ofCall), signal, { patience }));
  }

  /** The same for what isn't JSON, or isn't posted. */
  async get(
    path: string,
    how: Omit<TinkerBody, "body" | "seconds">,
    signal?: AbortSignal,
    patience?: number,
  ): Promise<TinkerAnswer> {
    return this.retried((ofCall) => this.request(path, { ...how, seconds: POST_SECONDS }, ofCall), signal, {
      patience,
    });
  }

  /**
   * Sends what changes something on the server.
   *
   * @throws TinkerFailure of kind `doubt` where nobody knows whether it was taken
   */
  async order(path: string, body: object | Uint8Array, signal?: AbortSignal): Promise<unknown> {
    return tinkerJson(
      await this.retried((ofCall) => this.request(path, post(body), ofCall), signal, { onceTaken: true }),
    );
  }

  /**
   * What came of a request that was taken. A future stays good: it is asked for until it is there.
   *
   * @throws TinkerFailure `forgotten` where the server doesn't know it, or the model, any more; `refused` where it
   *   failed
   */
  async result(requestId: string, signal?: AbortSignal): Promise<TinkerAnswer> {
    const until = performance.now() + LONGEST_RESULT * 1000;
    for (;;) {
      const began = performance.now();
      const answer = await this.retried((ofCall) => this.poll(requestId, ofCall), signal, {});
      if (answer !== null) return answer;
      if (performance.now() > until)
        throw new EngineError(
          `Expected ${this.options.address.shown} to finish a request within ${LONGEST_RESULT / 3600} hours, got nothing; look at the server, and go on with \`aha resume\`.`,
        );
      if (performance.now() - began < LEAST_POLL * 1000) await this.wait(LEAST_POLL, signal);
    }
  }

  /** @returns null while it isn't there yet */
  private async poll(requestId: string, signal: AbortSignal | undefined): Promise<TinkerAnswer | null> {
    try {
      const body = { request_id: requestId };
      const answer = await this.request("/api/v1/retrieve_future", { body, seconds: POLL_SECONDS }, signal);
      if ("bytes" in answer) return answer;
      const { json } = answer;
      if (isRecord(json) && json["type"] === "try_again") return null;
      const error = isRecord(json) ? json["error"] : undefined;
      if (typeof error === "string") throw new TinkerFailure("refused", error);
      return answer;
    } catch (error) {
      // "Not yet", from the server itself or from a proxy before it.
      if (error instanceof TinkerFailure && error.status === 408) return null;
      throw error;
    }
  }

  /** Tries again while that may help, for so long as the patience lasts. */
  private async retried<T>(
    attempt: (signal: AbortSignal | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
    { onceTaken = false, patience = this.options.patience }: { onceTaken?: boolean; patience?: number | undefined },
  ): Promise<T> {
    const until = performance.now() + patience * 1000;
    for (let failures = 1; ; failures++) {
      try {
        const result = await attempt(signal);
        this.isNoted = false;
        return result;
      } catch (error) {
        const isPassing =
          error instanceof TinkerFailure && (error.kind === "away" || (error.kind === "doubt" && !onceTaken));
        if (!isPassing) throw error;
        const delay = retryDelay(failures, this.key, error.retryAfter);
        if (performance.now() + delay * 1000 > until) throw this.gone(error, patience);
        if (failures === 3) this.noteWait(error);
        await this.wait(delay, signal);
      }
    }
  }

  private noteWait(error: TinkerFailure): void {
    if (this.isNoted) return;
    this.isNoted = true;
    this.options.onNote?.(`Waiting for ${this.options.address.shown}: ${error.message}.`);
  }

  private gone({ message }: TinkerFailure, patience: number): EngineError {
    const { shown } = this.options.address;
    return new EngineError(
      `Expected a server of the Tinker API at ${shown}, got ${message} for ${Math.round(patience)} seconds; start it, correct \`engine\`, or wait longer by \`enginePatience\`.`,
    );
  }
}

function post(body: object | Uint8Array): TinkerBody {
  return { body, seconds: POST_SECONDS };
}

/** @throws TinkerFailure for protobuf */
export function tinkerJson(answer: TinkerAnswer): unknown {
  if ("json" in answer) return answer.json;
  throw new TinkerFailure("refused", "an answer in protobuf where JSON belongs");
}

/** The id of the future that a server gave for a request. */
export function futureOf(json: unknown): string {
  return textField(json, "request_id");
}
