import { gzipSync } from "node:zlib";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { withAdapter } from "../../src/algorithms/with-adapter.ts";
import type { Checkpoint } from "../../src/formats/checkpoint.ts";
import { adapterFiles } from "../../src/formats/adapter-files.ts";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import { LORA_TARGETS } from "../../src/model/lora-targets.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { Policy, PolicyState } from "../../src/policy/policy.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import { bytesOf, copied, failure, readPassJson, send, sequenceOf, tarred } from "./fake-parts.ts";
import {
  readPassRequest,
  writePassOutput,
  writeSampleResponse,
  type PassDatum,
  type PassRequest,
} from "./fake-proto.ts";

export interface FakeTinkerOptions {
  readonly base: Checkpoint;
  readonly name: string;
  /** As SkyRL 0.4 and Tinker's SDK from 0.25 on, or as those before. */
  readonly form?: "protobuf" | "json";
  /** How losses of tokens become one: SkyRL's JAX back end, or all others. */
  readonly backend?: "jax" | "other";
  readonly maxRank?: number;
  readonly apiKey?: string;
  readonly archives?: boolean;
}

/** What befalls a request: its answer is lost before or after it is taken, or another one comes. */
export type Fault =
  | "lost"
  | "refused connection"
  | { readonly status: number; readonly said?: string }
  | (() => Promise<void>);

interface HeldModel {
  readonly policy: Policy;
  readonly rank: number;
  pending: PassDatum[];
  loss: Pick<PassRequest, "loss" | "lossConfig">;
}

interface Taken {
  readonly result: Promise<unknown>;
}

/**
 * A server of the Tinker API with a real model behind it: the contract of SkyRL's (its tinker/api.py, 0.3 and 0.4), the
 * computations of this package. It counts what it does, and can be made to fail as servers do.
 */
export class FakeTinker {
  private readonly server = createServer((request, response) => void this.handle(request, response));
  private readonly models = new Map<string, HeldModel>();
  private readonly futures = new Map<string, Taken>();
  private readonly saves = new Map<string, PolicyState>();
  private hidden: ReadonlyMap<string, PolicyState> = new Map();
  private readonly samplers = new Map<string, string>();
  private readonly faults: { readonly path: string; readonly fault: Fault; skip: number }[] = [];
  private ids = 0;
  private queue: Promise<unknown> = Promise.resolve();
  /** Of requests that were taken, by the last part of their path. */
  readonly taken: Record<string, number> = {};
  /** Updates made to any model. */
  updates = 0;
  readonly keys: (string | undefined)[] = [];

  constructor(private readonly options: FakeTinkerOptions) {}

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get engine(): string {
    return `tinker+http://127.0.0.1:${this.port}`;
  }

  /** Makes a later request to a path fail. @param skip how many go well before */
  fail(path: string, fault: Fault, skip = 0): void {
    this.faults.push({ path, fault, skip });
  }

  /** Killed and started again: what was in memory is gone, what was saved is there. */
  async restart(): Promise<void> {
    const held = [...this.models.values()];
    this.models.clear();
    // What is under way ends first: an engine of threads can't be killed in the middle as a process can.
    this.queue = this.queue.then(() => Promise.all(held.map(({ policy }) => policy.stop())));
    await this.queue;
  }

  /** What was saved is gone too. */
  async forget(): Promise<void> {
    await this.restart();
    this.saves.clear();
  }

  /** The same, until it is given back. */
  async hide(): Promise<void> {
    this.hidden = new Map(this.saves);
    await this.forget();
  }

  unhide(): void {
    for (const [path, state] of this.hidden) this.saves.set(path, state);
  }

  get held(): number {
    return this.models.size;
  }

  get saved(): number {
    return this.saves.size;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.restart();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = new URL(request.url!, "http://fake").pathname;
    const last = path.split("/").at(-1)!;
    this.keys.push(request.headers["x-api-key"] as string | undefined);
    const at = this.faults.findIndex((fault) => fault.path === last);
    const isDue = at >= 0 && this.faults[at]!.skip-- === 0;
    const fault = isDue ? this.faults.splice(at, 1)[0]!.fault : undefined;
    if (fault === "refused connection") return void request.socket.destroy();
    if (typeof fault === "function") await fault();
    if (typeof fault === "object") return send(response, fault.status, { detail: fault.said ?? "as asked" });
    if (this.options.apiKey !== undefined && request.headers["x-api-key"] !== this.options.apiKey)
      return send(response, 401, { detail: "Invalid API key" });
    try {
      const answer = await this.answer(request, path, Buffer.concat(chunks));
      this.taken[last] = (this.taken[last] ?? 0) + 1;
      if (fault === "lost") return void request.socket.destroy();
      if (answer instanceof Uint8Array) return send(response, 200, answer);
      send(response, 200, answer);
    } catch (error) {
      const { status, message } = error as { readonly status?: number; readonly message: string };
      send(response, status ?? 500, { detail: message });
    }
  }

  private async answer(request: IncomingMessage, path: string, body: Buffer): Promise<unknown> {
    if (path === "/") return { name: "Fake Tinker", version: "1.2.3" };
    if (path === "/api/v1/get_server_capabilities") return { supported_models: [{ model_name: this.options.name }] };
    const archive = /\/training_runs\/([\w-]+)\/checkpoints\/([\w-]+)\/archive$/.exec(path);
    if (archive !== null) return this.archive(archive[1]!);
    const removed = /\/training_runs\/([\w-]+)\/checkpoints\/weights\/([\w-]+)$/.exec(path);
    if (removed !== null) {
      if (!this.saves.delete(`tinker://${removed[1]}/weights/${removed[2]}`))
        throw failure(404, "Checkpoint not found");
      return null;
    }
    const isProto = request.headers["content-type"] === "application/x-protobuf";
    if (path === "/api/v1/forward_backward" || path === "/api/v1/forward") return this.pass(path, body, isProto);
    if (isProto) throw failure(422, "not JSON");
    return this.command(path.replace("/api/v1/", ""), JSON.parse(body.toString()) as Record<string, never>);
  }

  private async command(name: string, body: Record<string, never>): Promise<unknown> {
    const id = String(body["model_id"]);
    switch (name) {
      case "create_session":
        return { session_id: `session_${++this.ids}` };
      case "session_heartbeat":
        return { type: "session_heartbeat" };
      case "create_model":
        return this.create(body);
      case "unload_model":
        return this.future(async () => {
          await this.models.get(id)?.policy.stop();
          this.models.delete(id);
          return { model_id: id, status: "unloaded" };
        });
      case "save_weights": {
        const path = `tinker://${id}/weights/${String(body["path"])}`;
        if (this.saves.has(path)) throw failure(409, "Checkpoint already exists");
        return this.future(async () => {
          this.saves.set(path, copied(await this.held_(id).policy.state()));
          return { path, type: "save_weights" };
        });
      }
      case "load_weights": {
        const state = this.saves.get(String(body["path"]));
        if (state === undefined) throw failure(404, `Checkpoint not found: ${String(body["path"])}`);
        return this.future(async () => {
          await this.held_(id).policy.restore({ parameters: state.parameters, moments: state.moments });
          return { type: "load_weights" };
        });
      }
      case "save_weights_for_sampler": {
        const sampler = `sampling_${++this.ids}`;
        this.samplers.set(sampler, id);
        return this.future(async () => {
          this.held_(id);
          return { path: null, sampling_session_id: sampler, type: "save_weights_for_sampler" };
        });
      }
      case "asample":
        return this.sample(body);
      case "optim_step":
        return this.step(id, body["adam_params"]);
      case "retrieve_future":
        return this.retrieve(String(body["request_id"]));
      default:
        throw failure(404, "Not Found");
    }
  }

  private async retrieve(id: string): Promise<unknown> {
    const taken = this.futures.get(id);
    if (taken === undefined) throw failure(404, "Future not found");
    const result = await taken.result.catch((error: unknown) => {
      throw failure(400, (error as Error).message);
    });
    return result;
  }

  private create(body: Record<string, never>): unknown {
    const { rank, seed } = body["lora_config"] as unknown as { readonly rank: number; readonly seed: number };
    const id = `model_${++this.ids}`;
    const taken = this.future(async () => {
      const most = this.options.maxRank ?? 32;
      if (rank > most) throw new Error(`LoRA rank ${rank} must be between 1 and ${most}`);
      const options = { lora: rank, loraAlpha: 32, loraTargets: LORA_TARGETS, seed };
      const policy = await startLocalPolicy(withAdapter(this.options.base, options, "base"), { workers: 1 });
      this.models.set(id, { policy, rank, pending: [], loss: { loss: "", lossConfig: {} } });
      return { model_id: id };
    });
    return { model_id: id, ...taken };
  }

  private sample(body: Record<string, never>): unknown {
    const id = this.samplers.get(String(body["sampling_session_id"]));
    if (id === undefined) throw failure(404, "Sampling session not found");
    const {
      num_samples: samples,
      prompt,
      sampling_params: how,
    } = body as unknown as {
      readonly num_samples: number;
      readonly prompt: { readonly chunks: readonly { readonly tokens: number[] }[] };
      readonly sampling_params: Readonly<Record<"seed" | "max_tokens" | "temperature" | "top_k" | "top_p", number>>;
    };
    return this.future(async () => {
      const { policy } = this.held_(id);
      const keys = Array.from({ length: samples }, (_, i) => splitKey(randomKey(how.seed), i));
      const request = { prompt: prompt.chunks[0]!.tokens, keys };
      const [group] = await collectGroups(
        policy.sample([request], {
          temperature: how.temperature || 1,
          greedy: how.temperature === 0,
          topK: Math.max(0, how.top_k),
          topP: how.top_p,
          maxNewTokens: how.max_tokens,
        }),
      );
      const sequences = group!.map(({ tokens, logprobs, stop }) => ({
        tokens,
        logprobs,
        stop: stop === "end" ? "stop" : "length",
      }));
      if (this.form === "protobuf") return writeSampleResponse(sequences);
      return { sequences: sequences.map(({ stop, ...rest }) => ({ ...rest, stop_reason: stop })) };
    });
  }

  private pass(path: string, body: Buffer, isProto: boolean): unknown {
    if (isProto !== (this.form === "protobuf")) throw failure(isProto ? 422 : 415, "another form");
    const request = isProto ? readPassRequest(body) : readPassJson(body, path.endsWith("forward"));
    return this.future(async () => {
      const held = this.held_(request.modelId);
      const sequences = request.data.map(sequenceOf);
      const scores = await held.policy.score("policy", sequences, 1);
      if (!request.forwardOnly) {
        held.pending.push(...request.data);
        held.loss = request;
      }
      const whole = scores.map((own, i) =>
        Float32Array.from([...sequences[i]!.promptTokens.slice(1).map(() => 0), ...own]),
      );
      const outputs =
        this.options.backend === "jax" ? { elementwise_loss: whole, logprobs: whole } : { logprobs: whole };
      if (isProto) return writePassOutput(outputs);
      const datum = (i: number): object =>
        Object.fromEntries(Object.entries(outputs).map(([name, arrays]) => [name, { data: [...arrays[i]!] }]));
      return { loss_fn_outputs: whole.map((_, i) => datum(i)), metrics: {} };
    });
  }

  private step(id: string, adam: unknown): unknown {
    const { learning_rate: learningRate } = adam as { readonly learning_rate: number };
    return this.future(async () => {
      const held = this.held_(id);
      const data = held.pending.splice(0);
      const sequences = data.map((datum) => {
        const own = datum.weights.filter((weight) => weight !== 0).length;
        const weight = this.options.backend === "jax" ? 1 / (data.length * own) : 1;
        return sequenceOf(datum, weight);
      });
      const { clip_low_threshold: low = -10, clip_high_threshold: high = 1e6 } =
        held.loss.loss === "ppo" ? held.loss.lossConfig : {};
      const loss = clippedPolicyLoss({ clipEpsilonLow: 1 - low, clipEpsilonHigh: high - 1, klCoefficient: 0 });
      const { gradNorm } = await held.policy.update(sequences, loss, { learningRate, clipNorm: 0, temperature: 1 });
      this.updates++;
      return { metrics: { "skyrl.ai/grad_norm": gradNorm } };
    });
  }

  private async archive(id: string): Promise<Uint8Array> {
    if (this.options.archives === false) throw failure(404, "Not Found");
    const { policy } = this.held_(id);
    const { config, adapter } = await policy.model();
    const blocks = [...adapterFiles(config, adapter!)].flatMap(([name, content]) => tarred(name, bytesOf(content)));
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  }

  private held_(id: string): HeldModel {
    const held = this.models.get(id);
    if (held === undefined) throw new Error(`Model ${id} not loaded (likely stale request from previous server)`);
    return held;
  }

  private future(work: () => Promise<unknown>): { readonly request_id: string } {
    const id = String(++this.ids);
    // One after the other, as an engine works.
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    // Whoever asks for it hears of the failure.
    result.catch(() => undefined);
    this.futures.set(id, { result });
    return { request_id: id };
  }

  private get form(): "protobuf" | "json" {
    return this.options.form ?? "protobuf";
  }
}
