import { EngineError, OptionError, show } from "../../errors.ts";
import type { EngineNote } from "../../records/metrics.ts";
import type { ServedCheckpoint } from "../policy.ts";
import { mean } from "../../numbers/metrics.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { randomKey, splitKey } from "../../random.ts";
import { WHOLE_DISTRIBUTION } from "../sampling/draw-token.ts";
import { completionsOf, sampleBody } from "./tinker-completions.ts";
import type { TinkerConnection } from "./tinker-connection.ts";
import { futureOf } from "./tinker-connection.ts";
import { TinkerFailure } from "./tinker-failure.ts";
import type { TinkerReduction } from "./tinker-loss.ts";
import { TinkerSession, type TinkerDialect } from "./tinker-session.ts";
import { isRecord, textField } from "./tinker-shapes.ts";

/** What is made on a server. */
export interface TinkerModel {
  /** As the server calls the base. */
  readonly model: string;
  /** Of the adapter. */
  readonly rank: number;
  /** Of its first weights. */
  readonly seed: number;
}

/** Seconds that a server is waited for where nothing runs yet. */
const FIRST_PATIENCE = 5;
/** How often a model is made anew where an answer is lost. */
const MOST_TRIES = 5;
/** Completions that a model is tried by. */
const PROBED = 8;
/** A text by another model's tokenizer is read back in other pieces than these many. */
const LEAST_READ = 0.5;
/** A model that is this near to guessing was never taught, and writes no words of any tokenizer. */
const UNTAUGHT = 0.6;

/** What a server's model is tried with. */
export interface TinkerProbe {
  readonly prompt: readonly number[];
  /** Tokens of the text that tokens stand for. */
  readonly readBack: (tokens: readonly number[]) => readonly number[];
  readonly config: ModelConfig;
  readonly maxNewTokens: number;
}

/** A server of the Tinker API with the model that is trained there. */
export class TinkerServer {
  private readonly dialect: TinkerDialect = {};
  private backend = "unknown";
  private version = "";
  private canForget = true;

  constructor(
    private readonly connection: TinkerConnection,
    readonly shown: string,
    private readonly made: TinkerModel,
    private readonly onNote: ((text: string) => void) | undefined,
  ) {}

  get note(): EngineNote {
    const device = this.backend === "jax" ? "by JAX; not told which" : "not told";
    return { name: "tinker", version: this.version, device };
  }

  get identity(): Pick<ServedCheckpoint, "engine" | "model" | "rank"> {
    return { engine: this.shown, model: this.made.model, rank: this.made.rank };
  }

  /** SkyRL on JAX averages by sequence; Tinker's own service and SkyRL on Ray add up. */
  get reduction(): TinkerReduction {
    return this.backend === "jax" ? "sequence-mean" : "sum";
  }

  /** Whether the clip of PPO is known to be computed as it is here. */
  get clips(): boolean {
    return this.backend === "jax";
  }

  /**
   * Looks whether this is such a server and has the model.
   *
   * @throws OptionError, EngineError where not
   */
  async greet(): Promise<void> {
    const said = await this.asked(() => this.capabilities());
    const models = isRecord(said) ? said["supported_models"] : undefined;
    if (!Array.isArray(models)) throw this.otherProtocol(`an answer without models (${show(said)})`);
    const names = models.flatMap((model: unknown) => {
      const name = isRecord(model) ? model["model_name"] : undefined;
      return typeof name === "string" ? [name] : [];
    });
    if (!names.includes(this.made.model))
      throw new OptionError(
        `Expected \`base\` to be a model that ${this.shown} has (${names.slice(0, 8).map(show).join(", ") || "none"}), got ${show(this.made.model)}; name one of them.`,
      );
    this.version = await this.calledVersion();
  }

  private async capabilities(): Promise<unknown> {
    const path = "/api/v1/get_server_capabilities";
    return jsonOf(await this.connection.get(path, { method: "GET" }, undefined, FIRST_PATIENCE));
  }

  /** What the server calls itself where it does. */
  private async calledVersion(): Promise<string> {
    try {
      const answer = await this.connection.get("/", { method: "GET" }, undefined, FIRST_PATIENCE);
      const json = jsonOf(answer);
      const { name, version } = isRecord(json) ? json : {};
      return typeof name === "string" ? `${name} ${typeof version === "string" ? version : ""}`.trim() : "not told";
    } catch (error) {
      if (error instanceof TinkerFailure) return "not told";
      throw error;
    }
  }

  /** Makes the model with its adapter. @throws OptionError where the server makes none of that rank; TinkerFailure */
  async open(): Promise<TinkerSession> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.asked(() => this.makeModel());
      } catch (error) {
        // One whose answer was lost stays with a session that nobody keeps alive.
        if (!(error instanceof TinkerFailure) || tries === MOST_TRIES) throw error;
      }
    }
  }

  private async makeModel(): Promise<TinkerSession> {
    const { model, rank, seed } = this.made;
    const about = { tags: ["aha"], user_metadata: {}, sdk_version: "aha", type: "create_session" };
    const session = textField(await this.connection.ask("/api/v1/create_session", about), "session_id");
    const body = { session_id: session, base_model: model, lora_config: { rank, seed }, type: "create_model" };
    const made = await this.connection.order("/api/v1/create_model", body).catch(this.noModel);
    const result = await this.connection.result(futureOf(made)).catch(this.noModel);
    const named = isRecord(made) && typeof made["model_id"] === "string" ? made : jsonOf(result);
    return new TinkerSession(this.connection, { session, model: textField(named, "model_id") }, this.dialect);
  }

  private readonly noModel = (error: unknown): never => {
    if (!(error instanceof TinkerFailure) || error.kind !== "refused" || error.status === 401) throw error;
    const { model, rank } = this.made;
    throw new OptionError(
      `Expected ${this.shown} to make an adapter of rank ${rank} for ${show(model)}, got ${error.message}; use a smaller \`lora\`, or free a place on the server.`,
    );
  };

  /**
   * Tries the model once: tells which back end the server has, and whether what it writes are the tokenizer's words.
   *
   * @throws OptionError where the tokenizer is another model's
   */
  async probe(session: TinkerSession, { prompt, readBack, config, maxNewTokens }: TinkerProbe): Promise<void> {
    const zeros = prompt.slice(1).map(() => 0);
    const datum = { tokens: prompt.slice(0, -1), targets: prompt.slice(1), weights: zeros.map(() => 1) };
    const request = { loss: "cross_entropy", lossConfig: {}, forwardOnly: true } as const;
    const passed = await this.asked(() =>
      session.pass({ ...request, data: [{ ...datum, advantages: zeros, logprobs: zeros }] }),
    );
    this.backend = passed.fields.includes("elementwise_loss") ? "jax" : "unknown";
    const keys = Array.from({ length: PROBED }, (_, i) => splitKey(randomKey(this.made.seed), "probe", i));
    const body = sampleBody({ prompt, keys }, { ...WHOLE_DISTRIBUTION, temperature: 1, maxNewTokens }, config);
    const sequences = await this.asked(async () => session.sample(await session.sampler(0), body));
    const written = completionsOf(sequences, { samples: PROBED, maxNewTokens, config });
    const reads = mean(written.map(({ tokens }) => overlap(tokens, readBack(tokens))));
    const nats = -mean(written.flatMap(({ logprobs }) => logprobs));
    if (reads >= LEAST_READ || nats > UNTAUGHT * Math.log(config.vocabSize)) return;
    throw new OptionError(
      `Expected ${show(this.made.model)} on ${this.shown} to write this tokenizer's tokens, got completions of which ${(100 * reads).toFixed(0)} % are read back as they were written; give the folder of its own tokenizer as \`tokenizer\`.`,
    );
  }

  /** @throws EngineError where a checkpoint is of another model than the one that is trained */
  checkSame({ model, rank }: ServedCheckpoint): void {
    if (model === this.made.model && rank === this.made.rank) return;
    throw new EngineError(
      `Expected a checkpoint of ${show(this.made.model)} with rank ${this.made.rank}, got one of ${show(model)} with rank ${rank}; resume that run as it was begun.`,
    );
  }

  /** Removes saved weights, where the server does that: a model and a name, as their path says. */
  async forget(weights: string): Promise<void> {
    const [, model, kept] = /^tinker:\/\/([\w-]+)\/(weights\/[\w-]+)$/.exec(weights) ?? [];
    if (model === undefined || !this.canForget) return;
    try {
      await this.connection.get(`/api/v1/training_runs/${model}/checkpoints/${kept}`, { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof TinkerFailure)) throw error;
      // What is gone needs no removal; a server that removes nothing isn't asked again.
      if (error.kind !== "forgotten") this.canForget = false;
    }
  }

  noteLoss({ message }: TinkerFailure, version: number): void {
    this.onNote?.(`The server lost its work (${message}); it goes on from update ${version}.`);
  }

  /** What a refusal means that has nothing to do with what was asked. */
  private async asked<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof TinkerFailure)) throw error;
      const { status, message } = error;
      if (status === 401 || status === 403)
        throw new OptionError(
          `Expected TINKER_API_KEY to hold a key that ${this.shown} takes, got ${message}; set it, or another one.`,
        );
      if (status === 404 || status === 405 || error.kind === "refused") throw this.otherProtocol(message);
      throw error;
    }
  }

  private otherProtocol(came: string): OptionError {
    return new OptionError(`Expected a server of the Tinker API at ${this.shown}, got ${came}; correct \`engine\`.`);
  }
}

/** Share of tokens that are among others, each of which counts once. */
function overlap(tokens: readonly number[], others: readonly number[]): number {
  const left = new Map<number, number>();
  for (const token of others) left.set(token, (left.get(token) ?? 0) + 1);
  const found = tokens.filter((token) => {
    const count = left.get(token) ?? 0;
    left.set(token, count - 1);
    return count > 0;
  });
  return found.length / tokens.length;
}

function jsonOf(answer: Awaited<ReturnType<TinkerConnection["result"]>>): unknown {
  return "json" in answer ? answer.json : null;
}
