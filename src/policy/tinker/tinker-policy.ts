import { EngineError } from "../../errors.ts";
import { Channel } from "../../host/channel.ts";
import { inParallel } from "../../host/in-parallel.ts";
import type { PolicyLoss, PolicyLossOptions } from "../../losses/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { Completion, TrainingSequence } from "../../records/rollout.ts";
import type { Policy, SampledGroup, ServedCheckpoint, ServedWeights, UpdateResult, UpdateStep } from "../policy.ts";
import type { SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import { completionsOf, sampleBody } from "./tinker-completions.ts";
import { TinkerFailure } from "./tinker-failure.ts";
import { datumsOf, measureLoss, tinkerLoss } from "./tinker-loss.ts";
import { serverFailed, weightsGone } from "./tinker-messages.ts";
import type { TinkerServer } from "./tinker-server.ts";
import type { TinkerSession } from "./tinker-session.ts";

export interface TinkerPolicyOptions {
  readonly config: ModelConfig;
  /** The batch of rollouts is learnt from in one update. */
  readonly oneUpdate: boolean;
  readonly weightDecay: number;
}

/** How often one piece of work is begun anew from the last saved weights. */
const MOST_TRIES = 6;
/** Groups that are asked for at once. */
const WIDTH = 256;
/** AdamW's, as everywhere here: optimizer/adamw.ts. */
const ADAM = { beta1: 0.9, beta2: 0.95, eps: 1e-8 } as const;

/**
 * A policy that a server of the Tinker API computes: it samples there, and its adapter is trained there. After each
 * update weights and optimizer state are saved on the server. Where it isn't known whether something was counted, the
 * policy goes back to what was saved last and does the work again, so that nothing counts twice.
 */
export class TinkerPolicy implements Policy {
  version = 0;
  /** What the server holds of this policy; undefined before it is made, or when it was lost. */
  private session: TinkerSession | undefined;
  private saved: string | undefined;
  readonly served: ServedWeights;

  constructor(
    private readonly server: TinkerServer,
    private readonly options: TinkerPolicyOptions,
    opened: TinkerSession,
  ) {
    this.session = opened;
    this.served = {
      engine: server.shown,
      note: server.note,
      save: () => this.save(),
      load: (kept) => this.load(kept),
      forget: ({ weights }) => server.forget(weights),
      download: () => this.held((session) => session.archive()),
    };
  }

  get config(): ModelConfig {
    return this.options.config;
  }

  async *sample(
    requests: readonly SamplingRequest[],
    { signal, ...options }: SamplingOptions & { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<SampledGroup> {
    signal?.throwIfAborted();
    const left = new Set(requests.keys());
    for (let tries = 1; left.size > 0; tries++) {
      const stop = new AbortController();
      const groups = new Channel<SampledGroup>();
      const ofWork = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      const work = this.sampleGroups({ requests, options, left }, groups, ofWork);
      try {
        yield* groups;
      } catch (error) {
        signal?.throwIfAborted();
        await this.goBack(error, tries);
      } finally {
        // Whoever stops listening early ends the work too.
        stop.abort();
        await work;
      }
    }
  }

  private async sampleGroups(
    { requests, options, left }: SamplingWork,
    groups: Channel<SampledGroup>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const session = await this.current();
      const sampler = await session.sampler(this.version, signal);
      await inParallel([...left], WIDTH, signal, async (index, ofItem) => {
        const request = requests[index]!;
        // A server makes at least one.
        const sequences =
          request.keys.length === 0
            ? []
            : await session.sample(sampler, sampleBody(request, options, this.config), ofItem);
        const asked = { samples: request.keys.length, maxNewTokens: options.maxNewTokens, config: this.config };
        const completions = completionsOf(sequences, asked);
        left.delete(index);
        groups.push({ index, completions });
      });
      groups.end();
    } catch (error) {
      groups.fail(error);
    }
  }

  write(): Promise<Completion[][]> {
    throw new EngineError("Expected a policy on this machine to write token by token, got one on a server.");
  }

  async score(
    model: "policy" | "reference",
    sequences: readonly TrainingSequence[],
    temperature: number,
  ): Promise<Float32Array[]> {
    if (model === "reference") throw noReference();
    checkTemperature(temperature);
    const passed = await this.held((session) =>
      session.pass({ data: datumsOf(sequences, "sum"), loss: "cross_entropy", lossConfig: {}, forwardOnly: true }),
    );
    return ofCompletions(sequences, passed.logprobs);
  }

  async update(sequences: readonly TrainingSequence[], loss: PolicyLoss, step: UpdateStep): Promise<UpdateResult> {
    checkTemperature(step.temperature);
    if (step.clipNorm > 0)
      throw new EngineError(`Expected \`clipNorm: 0\` for a policy on a server, got ${step.clipNorm}.`);
    const { oneUpdate, weightDecay } = this.options;
    const data = datumsOf(sequences, this.server.reduction);
    const asked = { data, ...tinkerLoss(loss, oneUpdate), forwardOnly: false };
    const { logprobs, gradNorm, saved } = await this.held(async (session) => {
      const passed = await session.pass(asked);
      const own = ofCompletions(sequences, passed.logprobs);
      const gradNormOfStep = await session.step({
        learning_rate: step.learningRate,
        ...ADAM,
        weight_decay: weightDecay,
      });
      return { logprobs: own, gradNorm: gradNormOfStep, saved: await session.save(this.version + 1) };
    });
    this.saved = saved;
    this.version++;
    return { logprobs, gradNorm, kl: 0, ...measureLoss(sequences, logprobs, loss.options as PolicyLossOptions) };
  }

  keepReference(): Promise<void> {
    return Promise.reject(noReference());
  }

  model(): never {
    throw elsewhere();
  }

  state(): never {
    throw elsewhere();
  }

  restore(): Promise<void> {
    return Promise.reject(elsewhere());
  }

  async stop(): Promise<void> {
    await this.session?.end();
    this.session = undefined;
  }

  private async save(): Promise<ServedCheckpoint> {
    this.saved ??= await this.held((session) => session.save(this.version));
    return { ...this.server.identity, weights: this.saved, updates: this.version };
  }

  private async load(kept: ServedCheckpoint): Promise<void> {
    this.server.checkSame(kept);
    await this.stop();
    this.saved = kept.weights;
    this.version = kept.updates;
    await this.held(() => Promise.resolve());
  }

  /** Does work with what the server holds; from the last saved weights again where that was lost on the way. */
  private async held<T>(work: (session: TinkerSession) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work(await this.current());
      } catch (error) {
        await this.goBack(error, tries);
      }
    }
  }

  /** What the server holds; made anew from the last saved weights where there is nothing. */
  private async current(): Promise<TinkerSession> {
    if (this.session !== undefined) return this.session;
    const session = await this.server.open();
    try {
      if (this.saved !== undefined) await session.load(this.saved);
    } catch (error) {
      await session.end();
      throw error instanceof TinkerFailure && error.kind === "refused"
        ? weightsGone(this.server.shown, this.saved!, error.message)
        : error;
    }
    this.session = session;
    return session;
  }

  /** Gives up what the server holds, where it can't be known what that is. @throws the error where it says no */
  private async goBack(error: unknown, tries: number): Promise<void> {
    if (!(error instanceof TinkerFailure)) throw error;
    if (error.kind === "refused" || tries >= MOST_TRIES) throw serverFailed(this.server.shown, error.message);
    this.server.noteLoss(error, this.version);
    await this.stop();
  }
}

interface SamplingWork {
  readonly requests: readonly SamplingRequest[];
  readonly options: SamplingOptions;
  /** Indices of the groups that haven't come. */
  readonly left: Set<number>;
}

/** Of whole sequences those of the completions. @throws EngineError for what isn't as long, or not finite */
function ofCompletions(sequences: readonly TrainingSequence[], logprobs: readonly Float32Array[]): Float32Array[] {
  if (logprobs.length !== sequences.length)
    throw new EngineError(
      `Expected log-probabilities of ${sequences.length} sequences from the server, got ${logprobs.length}.`,
    );
  return sequences.map(({ promptTokens, tokens }, i) => {
    const whole = logprobs[i]!;
    // Some servers give those of the completion alone.
    const own = whole.length === tokens.length ? whole : whole.slice(promptTokens.length - 1);
    if (own.length !== tokens.length || own.some((logprob) => !Number.isFinite(logprob)))
      throw new EngineError(
        `Expected ${tokens.length} finite log-probabilities of a completion from the server, got ${own.length}; nothing was updated. Lower the learning rate, or go on from an earlier checkpoint.`,
      );
    return own;
  });
}

function checkTemperature(temperature: number): void {
  if (temperature !== 1)
    throw new EngineError(`Expected \`temperature: 1\` for a policy on a server, got ${temperature}.`);
}

function noReference(): EngineError {
  return new EngineError("Expected no reference policy, as the Tinker API has none; set `klCoefficient: 0`.");
}

function elsewhere(): EngineError {
  return new EngineError("Expected weights on this machine, got those of a server.");
}
