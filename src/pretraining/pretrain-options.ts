import { integerOption, numberOption } from "../errors.ts";

/** What decides a base model. Everything is optional outside; `resolvePretrainOptions` fills in and checks. */
export interface PretrainOptions {
  readonly task: string;
  /** Which of the task's corpora: `default`, or a control such as `no-retries`. */
  readonly corpus: string;
  readonly seed: number;
  readonly steps: number;
  /** Tokens that count in the loss, by step, about. */
  readonly batchTokens: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmup: number;
  readonly clipNorm: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffSize: number;
  /** Longest sequence that the model can read, prompt included. */
  readonly maxPositions: number;
  readonly workers: number;
}

export const PRETRAIN_DEFAULTS: PretrainOptions = {
  task: "countdown",
  corpus: "default",
  seed: 1,
  steps: 3000,
  batchTokens: 3500,
  learningRate: 2.5e-3,
  weightDecay: 0.02,
  warmup: 100,
  clipNorm: 1,
  layers: 3,
  hiddenSize: 128,
  heads: 4,
  kvHeads: 1,
  ffSize: 192,
  maxPositions: 320,
  workers: 2,
};

/** @throws OptionError naming the option, what was expected and what came */
export function resolvePretrainOptions(options: Partial<PretrainOptions>): PretrainOptions {
  const resolved = { ...PRETRAIN_DEFAULTS, ...options };
  integerOption("seed", resolved.seed, 0);
  integerOption("steps", resolved.steps, 1);
  integerOption("batchTokens", resolved.batchTokens, 1);
  numberOption("learningRate", resolved.learningRate, 0);
  numberOption("weightDecay", resolved.weightDecay, 0);
  integerOption("warmup", resolved.warmup, 0);
  numberOption("clipNorm", resolved.clipNorm, 0);
  integerOption("layers", resolved.layers, 1, 256);
  integerOption("hiddenSize", resolved.hiddenSize, 2, 65536);
  integerOption("heads", resolved.heads, 1, 1024);
  integerOption("kvHeads", resolved.kvHeads, 1, resolved.heads);
  integerOption("ffSize", resolved.ffSize, 1, 1_000_000);
  integerOption("maxPositions", resolved.maxPositions, 8, 131072);
  integerOption("workers", resolved.workers, 1, 64);
  return resolved;
}
