import { resolve } from "node:path";
import { redisAddress } from "../host/redis/redis-address.ts";
import { newRunName, runNameIn } from "../judging/queue/redis/run-name.ts";
import { DEFAULT_TOKEN_BUDGET } from "../policy/gradients/token-budget.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Policy, PolicyModel } from "../policy/policy.ts";
import { ownKind } from "../policy/samplers/own-kind.ts";
import { sampleElsewhere } from "../policy/samplers/sampled-elsewhere.ts";
import type { SamplerMetrics } from "../records/metrics.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** What a policy is opened for. */
export interface PolicyContext {
  /** Longest sequence that will come. */
  readonly positions: number;
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

/** Puts a model to work where a run's options say: here, or with rollouts by samplers on other machines. */
export async function openPolicy(
  options: ZeroOptions,
  model: PolicyModel,
  context: PolicyContext,
): Promise<OpenedPolicy> {
  const local = await startLocalPolicy(model, {
    workers: options.workers,
    tokenBudget: options.tokenBudget,
    positions: context.positions,
    recompute: options.recompute,
    optimizer: { weightDecay: options.weightDecay },
    requestsPerJob: options.problemsPerJob,
  });
  if (options.samplers === "") return { policy: local, stop: () => local.stop() };
  try {
    const policy = await sampleElsewhere(local, await samplerSettings(options, context));
    return { policy, takeReport: () => policy.takeReport(), stop: () => policy.stop() };
  } catch (error) {
    await local.stop();
    throw error;
  }
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
