import { resolve } from "node:path";
import { CheckpointError } from "../errors.ts";
import type { Checkpoint, ModelFace } from "../formats/checkpoint.ts";
import { redisAddress } from "../host/redis/redis-address.ts";
import { newRunName, runNameIn } from "../judging/queue/redis/run-name.ts";
import { DEFAULT_TOKEN_BUDGET } from "../policy/gradients/token-budget.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import { isLarge } from "../policy/local/policy-size.ts";
import { trainedInPlace } from "../policy/local/shared-state.ts";
import type { Policy } from "../policy/policy.ts";
import { ownKind } from "../policy/samplers/own-kind.ts";
import { sampleElsewhere } from "../policy/samplers/sampled-elsewhere.ts";
import type { SamplerMetrics } from "../records/metrics.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** A model that is trained: without weights where a server has them. */
export type ModelToTrain = ModelFace & Partial<Pick<Checkpoint, "parameters" | "adapter">>;

/** What a policy is opened for. */
export interface PolicyContext {
  /** Longest sequence that will come. */
  readonly positions: number;
  /** The tokens of a prompt, for a server to be tried with. */
  readonly somePrompt: () => Promise<readonly number[]>;
  /** The run's. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A policy as a run's options say, and who sampled for it where that were others. */
export interface OpenedPolicy {
  readonly policy: Policy;
  readonly takeReport?: () => SamplerMetrics;
  stop(): Promise<void>;
}

/** Puts a model to work where a run's options say: here, with rollouts by samplers elsewhere, or on a server. */
export async function openPolicy(
  options: ZeroOptions,
  model: ModelToTrain,
  context: PolicyContext,
): Promise<OpenedPolicy> {
  if (options.engine !== "") return stopped(await openServed(options, model, context));
  const local = await startLocalPolicy(withWeights(model), {
    device: options.device,
    workers: options.workers,
    tokenBudget: options.tokenBudget,
    positions: context.positions,
    recompute: options.recompute,
    basePrecision: options.basePrecision,
    optimizer: { weightDecay: options.weightDecay },
    requestsPerJob: options.problemsPerJob,
    inPlace: true,
  });
  if (options.samplers === "") return stopped(local);
  try {
    const policy = await sampleElsewhere(local, await samplerSettings(options, context));
    return { ...stopped(policy), takeReport: () => policy.takeReport() };
  } catch (error) {
    await local.stop();
    throw error;
  }
}

/**
 * A model whose parameters one policy will train where they are, if it is so large that a second copy counts: who
 * opened it keeps it until the run has ended, and reads them no more.
 */
export function toTrainInPlace<Model extends ModelToTrain>(model: Model): Model {
  const { parameters, adapter, config } = model;
  if (parameters === undefined || adapter !== undefined || !isLarge(config)) return model;
  return { ...model, parameters: trainedInPlace(parameters) };
}

/** @throws CheckpointError where a model's weights are a server's */
export function withWeights(model: ModelToTrain): Checkpoint {
  if (model.parameters !== undefined) return { ...model, parameters: model.parameters };
  throw new CheckpointError(
    `Expected weights in ${model.folder}, got a run whose weights are on a server; go on with it by its \`engine\`.`,
  );
}

function stopped(policy: Policy): OpenedPolicy {
  return { policy, stop: () => policy.stop() };
}

async function openServed(
  options: ZeroOptions,
  { config, tokenizer }: ModelToTrain,
  { somePrompt, onNote }: PolicyContext,
): Promise<Policy> {
  // What is computed elsewhere loads nothing that computes here.
  const { startTinkerPolicy } = await import("../policy/tinker/start-tinker-policy.ts");
  return startTinkerPolicy({
    ...options,
    config,
    model: options.base,
    rank: options.lora,
    oneUpdate: options.minibatches * options.innerEpochs === 1,
    probe: {
      prompt: await somePrompt(),
      readBack: (tokens) => tokenizer.encode(tokenizer.decode(tokens)),
      maxNewTokens: options.maxCompletionTokens,
    },
    onNote,
  });
}

async function samplerSettings(
  { samplers, problemsPerJob, samplerPatience, workers, tokenBudget }: ZeroOptions,
  { positions, folder, signal, onNote = () => undefined }: PolicyContext,
): Promise<Parameters<typeof sampleElsewhere>[1]> {
  const address = redisAddress(samplers, undefined, "samplers");
  return {
    address,
    run: folder === undefined ? newRunName("run") : runNameIn(resolve(folder)),
    card: { positions: Math.max(positions, tokenBudget, DEFAULT_TOKEN_BUDGET), threads: workers },
    problemsPerJob,
    kind: await ownKind(),
    patience: samplerPatience,
    signal,
    onNote,
  };
}
