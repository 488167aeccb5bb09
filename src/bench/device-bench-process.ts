/** The process that measures a device: what a driver does wrong can end a process, and here it ends no other. */
import { answerAsked } from "../host/ask-process.ts";
import { clippedPolicyLoss } from "../losses/index.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { initialParameters, parameterCount } from "../model/parameters.ts";
import { sumOf } from "../numbers/sum.ts";
import { collectGroups } from "../policy/collect-groups.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import type { Policy } from "../policy/policy.ts";
import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { randomKey, splitKey } from "../random.ts";
import type { BenchedModel, DeviceBenchNews, DeviceBenchRequest, ModelSpeed } from "./device-bench-messages.ts";

answerAsked<DeviceBenchRequest, DeviceBenchNews>(async ({ device, workers, models }, tell) => {
  for (const model of models) {
    const speed = await speedOf(model, device, workers);
    tell({ speed, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
  }
});

/** Sequences and completion tokens of an update. */
const SEQUENCES = 8;
const LENGTH = 128;
const PROMPT = 16;
/** Tokens of each completion that is written. */
const WRITTEN = 64;
const SLOTS: readonly number[] = [32, 256];
/** Each measurement: once to warm up, and as often to be timed. */
const WARM_UPS = 1;
const ROUNDS = 2;
/** Layers that are measured first, to see what the others would take. */
const FEW = 2;
/** Tokens of all that is measured; a written one takes some two thirds of the time of one that is trained on. */
const ALL_TOKENS =
  (WARM_UPS + ROUNDS) * (SEQUENCES * LENGTH + (2 / 3) * WRITTEN * SLOTS.reduce((sum, slots) => sum + slots, 0));

async function speedOf(model: BenchedModel, device: string, workers: number): Promise<ModelSpeed> {
  const { config, name, seconds } = model;
  const few = await measured(withLayers(config, FEW), device, workers, false);
  const whole = parameterCount(config);
  const ratio = parameterCount(withLayers(config, FEW)) / whole;
  const fits = ALL_TOKENS / (few.train * ratio) <= seconds;
  const layers = fits ? config.layers : Math.min(FEW, config.layers);
  const cut = withLayers(config, layers);
  const speeds = await measured(cut, device, workers, true);
  const scale = parameterCount(cut) / whole;
  return {
    model: name,
    layers,
    ofLayers: config.layers,
    trainTokensPerSecond: Math.round(speeds.train * scale),
    writeTokensPerSecond32: Math.round(speeds.writing[0]! * scale),
    writeTokensPerSecond256: Math.round(speeds.writing[1]! * scale),
  };
}

function withLayers(config: ModelConfig, layers: number): ModelConfig {
  return { ...config, layers: Math.min(layers, config.layers), eosTokenIds: [] };
}

/** Tokens by second. */
interface Speeds {
  readonly train: number;
  /** With 32 and with 256 completions side by side. */
  readonly writing: readonly number[];
}

async function measured(config: ModelConfig, device: string, workers: number, writes: boolean): Promise<Speeds> {
  const parameters = initialParameters(config, randomKey(1));
  const policy = await startLocalPolicy({ config, parameters }, { device, workers, positions: PROMPT + LENGTH });
  try {
    const train = await trainingSpeed(policy, config);
    const writing: number[] = [];
    if (writes) for (const slots of SLOTS) writing.push(await writingSpeed(policy, config, slots));
    return { train, writing };
  } finally {
    await policy.stop();
  }
}

function prompt(config: ModelConfig, i: number): number[] {
  return Array.from({ length: PROMPT }, (_, t) => (i * 31 + t * 7) % config.vocabSize);
}

/** Completion tokens by second of the faster of two updates, after one to warm up. */
async function trainingSpeed(policy: Policy, config: ModelConfig): Promise<number> {
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.2, klCoefficient: 0 });
  const sequences = Array.from({ length: SEQUENCES }, (_, i) => ({
    promptTokens: prompt(config, i),
    tokens: Array.from({ length: LENGTH }, (_token, t) => (i * 17 + t * 5) % config.vocabSize),
    weight: 1e-4,
    advantage: i % 2 === 0 ? 1 : -1,
    oldLogprobs: Array.from({ length: LENGTH }, () => -Math.log(config.vocabSize)),
  }));
  const step = { learningRate: 0, clipNorm: 1, temperature: 1 };
  return fastest(async () => {
    await policy.update(sequences, loss, step);
    return SEQUENCES * LENGTH;
  });
}

async function writingSpeed(policy: Policy, config: ModelConfig, slots: number): Promise<number> {
  const key = randomKey(1);
  const requests = Array.from({ length: slots / 8 }, (_, i) => ({
    prompt: prompt(config, i),
    keys: Array.from({ length: 8 }, (_key, sample) => splitKey(key, i, sample)),
  }));
  const options = { ...WHOLE_DISTRIBUTION, temperature: 1, maxNewTokens: WRITTEN, slots, frozen: true };
  return fastest(async () => {
    const groups = await collectGroups(policy.sample(requests, options));
    return sumOf(groups.flat(), ({ tokens }) => tokens.length);
  });
}

async function fastest(work: () => Promise<number>): Promise<number> {
  for (let i = 0; i < WARM_UPS; i++) await work();
  let best = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const began = performance.now();
    const tokens = await work();
    best = Math.max(best, (tokens * 1000) / (performance.now() - began));
  }
  return best;
}
