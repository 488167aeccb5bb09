import { DEFAULT_DEVICE, engineEnvironment, isApart } from "../../engine/index.ts";
import { EngineError } from "../../errors.ts";
import { Channel } from "../../host/channel.ts";
import { startAll } from "../../host/start-all.ts";
import { chunked } from "../../numbers/chunked.ts";
import { messagePorts } from "../../host/message-ports.ts";
import { isShared } from "../../host/shared-memory.ts";
import { isStopped, StopFlag } from "../../host/stop-flag.ts";
import type { WorkerCalls, WorkerHandle } from "../../host/worker-calls.ts";
import { startWorker, workerModule } from "../../host/worker-host.ts";
import { megabytes } from "../../text/format.ts";
import { lossSpec, type PolicyLoss } from "../../losses/index.ts";
import type { Adapter } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";
import type { AdamWOptions } from "../../optimizer/index.ts";
import { DEFAULT_TOKEN_BUDGET } from "../gradients/token-budget.ts";
import { dealSequences, undeal } from "../gradients/training-batch.ts";
import type {
  Policy,
  PolicyModel,
  PolicyState,
  SampledGroup,
  UpdateResult,
  UpdateStep,
  WritingWatch,
} from "../policy.ts";
import { checkBasePrecision, type BasePrecision } from "../device/base-precision.ts";
import type { DrawingOptions, SamplingOptions, SamplingRequest } from "../sampling/sampling-request.ts";
import { claimDevice } from "../device/device-claim.ts";
import { isLarge, policySize, type PolicySize } from "./policy-size.ts";
import type { PolicyWorkerCalls, PolicyWorkerInit, RequestCompletions } from "./policy-worker.ts";
import type { GradientResult } from "./policy-trainer.ts";
import { mirrored } from "./mirrored-state.ts";
import { placeBase } from "./place-base.ts";
import { momentsOf, setMoments, shareState, type SharedState } from "./shared-state.ts";
import type { Completion, TrainingSequence } from "../../records/rollout.ts";
import { HAS_UPDATE_THREADS, UpdateThreads } from "./update-threads.ts";
import { WritingLane } from "./writing-lane.ts";

export interface LocalPolicyOptions {
  /** What computes, by name; the CPU where absent. */
  readonly device?: string;
  /**
   * Engine threads: workers of one thread each, or one worker of so many for a large model. Part of what decides a
   * run's exact numbers.
   */
  readonly workers: number;
  /** Most positions of a micro-batch; `DEFAULT_TOKEN_BUDGET` where absent. */
  readonly tokenBudget?: number;
  readonly optimizer?: AdamWOptions;
  /** Longest sequence that will come; the model's limit where absent. */
  readonly positions?: number;
  /**
   * Every layer is computed once more for its gradient: a third more work, and the memory of one layer instead of all.
   */
  readonly recompute?: boolean;
  /** Most completions that `write` writes at once; 16 where absent. */
  readonly writingSlots?: number;
  /** In training by cross-entropy, several short sequences share a row, each blind to the others. */
  readonly packing?: boolean;
  /** What a device holds the weights under an adapter in; `float32` where absent, and on the CPU. */
  readonly basePrecision?: BasePrecision;
  /**
   * Requests that `sample` has written as one job, by one worker: the last bits of log-probabilities depend on what is
   * written side by side. 0 or absent for all at once, dealt to the workers.
   */
  readonly requestsPerJob?: number;
  /** The model's parameters are trained where they are, if they are in shared memory (`trainedInPlace`). */
  readonly inPlace?: boolean;
}

const WRITING_SLOTS = 16;

/**
 * Puts a model to work on engine workers of this machine.
 *
 * @throws OptionError for an unknown device, or a precision that there isn't on it; EngineError where another policy of
 *   this process is on a GPU, or a device can't hold the base in its precision
 */
export async function startLocalPolicy(model: PolicyModel, options: LocalPolicyOptions): Promise<Policy> {
  const release = claimDevice(options.device ?? DEFAULT_DEVICE);
  try {
    return await startOn(model, options, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** @param release gives the device back */
async function startOn(model: PolicyModel, options: LocalPolicyOptions, release: () => void): Promise<Policy> {
  const { config, parameters, adapter } = model;
  const device = options.device ?? DEFAULT_DEVICE;
  const basePrecision = options.basePrecision ?? "float32";
  checkBasePrecision({ basePrecision, lora: adapter?.lora.rank ?? 0, device });
  const size = policySize(config, options.workers, device);
  if (device === "cuda" && adapter === undefined && isLarge(config)) warnOfCopies(config);
  const shared = shareState(adapter?.parameters ?? parameters, size.workers, options.inPlace);
  const tokenBudget = options.tokenBudget ?? DEFAULT_TOKEN_BUDGET;
  const ports = shared.gradients.map(() => messagePorts());
  const init = (index: number): PolicyWorkerInit => ({
    device,
    config,
    // Rows of completions that share a prompt are longer than a sequence, up to a micro-batch.
    positions: Math.max(options.positions ?? config.maxPositions, tokenBudget),
    tokenBudget,
    recompute: options.recompute ?? false,
    threads: size.threads,
    lean: size.lean,
    adapted:
      adapter === undefined
        ? undefined
        : { parameters: isApart(device) ? new Float32Array(0) : parameters, lora: adapter.lora },
    shared,
    index,
    optimizer: options.optimizer ?? {},
    packing: options.packing ?? false,
    basePrecision,
    orders: ports[index]!.port2,
  });
  const program = isApart(device) ? "../device/device-worker" : "./policy-worker";
  const module = workerModule(program, import.meta.url);
  const start = (index: number): Promise<WorkerHandle<PolicyWorkerCalls>> =>
    startWorker<PolicyWorkerInit, PolicyWorkerCalls>({
      name: "the tensor engine",
      module,
      init: init(index),
      transfer: [ports[index]!.port2],
      thread: { environment: engineEnvironment() },
    });
  const threads = await startAll((started) =>
    Promise.all(shared.gradients.map((_, index) => started.add(start(index)))),
  );
  const workers = isShared(shared.parameters)
    ? threads
    : threads.map((worker, index) => mirrored(worker, shared, index));
  if (isApart(device) && adapter !== undefined) await placeBase(workers[0]!, model);
  const adapted = adapter === undefined ? undefined : { base: parameters, adapter };
  const slots = Math.ceil((options.writingSlots ?? WRITING_SLOTS) / workers.length);
  const lanes = workers.map((worker, i) => new WritingLane(worker, ports[i]!.port1, slots));
  const { requestsPerJob = 0 } = options;
  const parts = { config, size, adapted, shared, workers, lanes, requestsPerJob, release };
  return new LocalPolicy({ ...parts, optimizer: options.optimizer ?? {}, isApart: isApart(device) });
}

/** ONNX Runtime's module for Node keeps no tensor on a CUDA device. */
function warnOfCopies(config: ModelConfig): void {
  process.emitWarning(
    `Without an adapter \`device\` cuda copies ${megabytes((parameterCount(config) * 4) / 2 ** 20)} of weights to the GPU and as much of gradients back for every micro-batch; \`lora\` keeps the weights there, and webgpu keeps all.`,
  );
}

interface LocalParts {
  readonly config: ModelConfig;
  readonly size: PolicySize;
  /** The base that stays as it is, and the adapter as it began. */
  readonly adapted: { readonly base: Float32Array; readonly adapter: Adapter } | undefined;
  readonly shared: SharedState;
  readonly workers: readonly WorkerHandle<PolicyWorkerCalls>[];
  /** What each of them writes. */
  readonly lanes: readonly WritingLane[];
  readonly requestsPerJob: number;
  readonly optimizer: AdamWOptions;
  /** Parameters, moments and reference are kept on a device: the shared arrays are where they are brought to. */
  readonly isApart: boolean;
  /** Gives the device back. */
  readonly release: () => void;
}

/** One policy on several engine workers that sample, score and compute gradients side by side. */
class LocalPolicy implements Policy {
  version = 0;
  private hasReference = false;
  /** Whether the shared arrays have what the last update made. */
  private isHome = true;
  /** Who makes the updates of a large model: started with the first, as many are only written with. */
  private updating: Promise<UpdateThreads> | undefined;

  constructor(private readonly parts: LocalParts) {}

  get config(): ModelConfig {
    return this.parts.config;
  }

  async stop(): Promise<void> {
    for (const lane of this.parts.lanes) lane.close();
    await Promise.all(this.parts.workers.map((worker) => worker.stop()));
    // Those that couldn't start have told so by the update.
    await this.updating?.then(
      (threads) => threads.stop(),
      () => undefined,
    );
    this.parts.release();
  }

  async model(): Promise<PolicyModel> {
    await this.settle();
    const { config, adapted, shared } = this.parts;
    const parameters = new Float32Array(shared.parameters);
    if (adapted === undefined) return { config, parameters };
    return { config, parameters: adapted.base, adapter: { ...adapted.adapter, parameters } };
  }

  async *sample(
    requests: readonly SamplingRequest[],
    { signal, ...options }: SamplingOptions & { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<SampledGroup> {
    signal?.throwIfAborted();
    this.yieldWorkers();
    const { workers, size } = this.parts;
    const stop = new StopFlag(signal);
    const groups = new Channel<SampledGroup>();
    const share = (slots: number): number => Math.max(1, Math.ceil(slots / workers.length));
    // A job of a fixed size has its slots for itself, however many workers there are.
    const isFixed = this.parts.requestsPerJob > 0 && options.slots !== undefined;
    const slots = isFixed ? options.slots : share(options.slots ?? size.slots);
    const jobs = this.jobs(requests.length).values();
    const work = Promise.all(
      workers.map(async (worker) => {
        for (const places of jobs) {
          if (isStopped(stop.memory)) return;
          const calls = worker.watched((notice) => {
            const { request, completions } = notice as RequestCompletions;
            groups.push({ index: places[request]!, completions });
          });
          const given = places.map((place) => requests[place]!);
          await calls.sample(given, this.asSampled({ ...options, slots }), stop.memory);
        }
      }),
    ).then(
      () => groups.end(),
      (error: unknown) => groups.fail(error),
    );
    try {
      yield* groups;
      signal?.throwIfAborted();
    } finally {
      // Whoever stops listening early ends the work too.
      stop.raise();
      stop.release();
      await work;
    }
  }

  write(requests: readonly SamplingRequest[], options: DrawingOptions, watch: WritingWatch): Promise<Completion[][]> {
    // Each call goes to one worker, where it joins what is being written.
    const { lanes } = this.parts;
    const loads = lanes.map(({ load }) => load);
    return lanes[loads.indexOf(Math.min(...loads))]!.write(requests, options, watch);
  }

  /** Which requests are written together: as many jobs as workers, dealt in turn, or jobs of a fixed size. */
  private jobs(requests: number): number[][] {
    const places = Array.from({ length: requests }, (_, i) => i);
    const { workers, requestsPerJob } = this.parts;
    if (requestsPerJob > 0) return chunked(places, requestsPerJob);
    return workers.map((_worker, w) => places.filter((i) => i % workers.length === w));
  }

  private asSampled(options: SamplingOptions): SamplingOptions {
    return { ...options, frozen: options.frozen === true || this.parts.size.frozen };
  }

  async score(
    model: "policy" | "reference",
    sequences: readonly TrainingSequence[],
    temperature: number,
  ): Promise<Float32Array[]> {
    if (model === "reference" && !this.hasReference)
      throw new EngineError("Expected a reference policy to be kept before it is used.");
    const { shares, results } = await this.dealt(sequences, (calls, share) =>
      calls.score({ model, sequences: share, temperature }),
    );
    return undeal(shares, results, sequences.length);
  }

  async update(sequences: readonly TrainingSequence[], loss: PolicyLoss, step: UpdateStep): Promise<UpdateResult> {
    const request = { loss: lossSpec(loss), temperature: step.temperature };
    const { shares, results } = await this.dealt(sequences, (calls, share) =>
      calls.gradients({ ...request, sequences: share }),
    );
    const sum = (of: (result: GradientResult) => number): number =>
      results.reduce((total, result) => total + of(result), 0);
    const total = sum((result) => result.loss);
    if (!Number.isFinite(total))
      throw new EngineError(
        `Expected a finite loss, got ${total}; nothing was updated. Lower the learning rate, or resume from an earlier checkpoint.`,
      );
    const gradNorm = await this.makeStep(step);
    this.version++;
    this.isHome = false;
    const logprobs = results.map((result) => result.logprobs);
    return {
      loss: total,
      gradNorm,
      logprobs: undeal(shares, logprobs, sequences.length),
      entropy: sum((result) => result.entropy),
      kl: sum((result) => result.kl),
      clipped: sum((result) => result.clipped),
    };
  }

  /** One step of the optimizer by the gradients of all workers, which then have its parameters. Returns the norm. */
  private async makeStep({ learningRate, clipNorm }: UpdateStep): Promise<number> {
    const { config, size, adapted, shared, workers, optimizer } = this.parts;
    if (HAS_UPDATE_THREADS && size.lean && adapted === undefined) {
      this.updating ??= UpdateThreads.start({ config, shared, optimizer, parts: size.threads });
      const norm = await (await this.updating).update(learningRate, clipNorm);
      await workers[0]!.calls.refresh();
      return norm;
    }
    const [first, ...others] = workers;
    const norm = await first!.calls.update(learningRate, clipNorm);
    await Promise.all(others.map((worker) => worker.calls.refresh()));
    return norm;
  }

  /** What is written ends before other work begins, and what comes later waits for that. */
  private yieldWorkers(): void {
    for (const lane of this.parts.lanes) lane.yieldWorker();
  }

  /** Deals sequences to the workers and waits for all. */
  private async dealt<Result>(
    sequences: readonly TrainingSequence[],
    work: (calls: WorkerCalls<PolicyWorkerCalls>, share: readonly TrainingSequence[]) => Promise<Result>,
  ): Promise<{ readonly shares: number[][]; readonly results: Result[] }> {
    this.yieldWorkers();
    const { workers } = this.parts;
    const shares = dealSequences(sequences, workers.length);
    const results = await Promise.all(
      workers.map((worker, i) =>
        work(
          worker.calls,
          shares[i]!.map((index) => sequences[index]!),
        ),
      ),
    );
    return { shares, results };
  }

  async keepReference(): Promise<void> {
    await this.restore({ reference: (await this.state()).parameters });
  }

  async state(): Promise<PolicyState> {
    await this.settle();
    const { shared } = this.parts;
    return {
      parameters: new Float32Array(shared.parameters),
      moments: momentsOf(shared),
      reference: this.hasReference ? new Float32Array(shared.reference) : undefined,
    };
  }

  async restore({ parameters, moments, reference }: Partial<PolicyState>): Promise<void> {
    const { shared, workers } = this.parts;
    await this.settle();
    if (reference !== undefined) {
      new Float32Array(shared.reference).set(reference);
      this.hasReference = true;
    }
    if (moments !== undefined) {
      setMoments(shared, moments);
      this.version = moments.updates;
    }
    if (parameters === undefined && !this.parts.isApart && isShared(shared.parameters)) return;
    this.yieldWorkers();
    if (parameters !== undefined) new Float32Array(shared.parameters).set(parameters);
    await Promise.all(workers.map((worker) => worker.calls.refresh("all")));
  }

  /** Has a device bring home what it keeps. */
  private async settle(): Promise<void> {
    if (this.isHome) return;
    if (this.parts.isApart) {
      this.yieldWorkers();
      await this.parts.workers[0]!.calls.settle();
    }
    this.isHome = true;
  }
}
