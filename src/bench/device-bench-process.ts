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
import { peakMegabytesResident } from "../host/peak-memory.ts";

answerAsked<DeviceBenchRequest, DeviceBenchNews>(async ({ device, workers, models, seconds }, tell) => {
  for (const model of models)
    for await (const speed of speedsOf(model, { device, workers, seconds }))
      tell({ speed, peakMegabytes: peakMegabytesResident() });
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
/** No more rounds begin after so many seconds. */
const LONG = 15;
/** Layers that are measured first, to see what the others would take. */
const FEW = 2;
/** Tokens of all that is measured; a written one takes some two thirds of the time of one that is trained on. */
const ALL_TOKENS =
  (WARM_UPS + ROUNDS) * (SEQUENCES * LENGTH + (2 / 3) * WRITTEN * SLOTS.reduce((sum, slots) => sum + slots, 0));

/** Seconds of this process's life so far. */
function age(): number {
  return performance.now() / 1000;
}

/** The figures of a model as they come: first of few layers, then of all where that fits the time. */
async function* speedsOf(
  model: BenchedModel,
  { device, workers, seconds: inAll }: Omit<DeviceBenchRequest, "models">,
): AsyncGenerator<ModelSpeed> {
  const { config, name, seconds } = model;
  const whole = parameterCount(config);
  const of = async function* (layers: number, writes: (train: number) => boolean): AsyncGenerator<ModelSpeed> {
    const cut = withLayers(config, layers);
    const scale = parameterCount(cut) / whole;
    const scaled = (rate: number | undefined): number | null => (rate === undefined ? null : Math.round(rate * scale));
    const parameters = initialParameters(cut, randomKey(1));
    const policy = await startLocalPolicy({ config: cut, parameters }, { device, workers, positions: PROMPT + LENGTH });
    try {
      const train = await trainingSpeed(policy, cut);
      const writing: number[] = [];
      const now = (): ModelSpeed => ({
        model: name,
        layers: cut.layers,
        ofLayers: config.layers,
        trainTokensPerSecond: scaled(train),
        writeTokensPerSecond32: scaled(writing[0]),
        writeTokensPerSecond256: scaled(writing[1]),
      });
      yield now();
      if (!writes(train * scale)) return;
      for (const slots of SLOTS) {
        // More at once are no slower, token by token: what may not come to its end isn't begun.
        const slowest = writing.at(-1);
        if (slowest !== undefined && age() + (slots * WRITTEN) / slowest > inAll) return;
        writing.push(await writingSpeed(policy, cut, slots));
        yield now();
      }
    } finally {
      await policy.stop();
    }
  };
  let fits = false;
  yield* of(FEW, (train) => {
    fits = config.layers > FEW && ALL_TOKENS / train <= Math.min(seconds, inAll - age());
    // Where all layers will be measured, few of them needn't write.
    return !fits;
  });
  if (fits) yield* of(config.layers, () => true);
}

function withLayers(config: ModelConfig, layers: number): ModelConfig {
  return { ...config, layers: Math.min(layers, config.layers), eosTokenIds: [] };
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

/** Tokens by second of the fastest time, after one to warm up; of that one where it took long. */
async function fastest(work: () => Promise<number>): Promise<number> {
  const rates: number[] = [];
  let spent = 0;
  for (let round = 0; round < WARM_UPS + ROUNDS && spent < LONG; round++) {
    const began = performance.now();
    const tokens = await work();
    const seconds = (performance.now() - began) / 1000;
    spent += seconds;
    rates.push(tokens / seconds);
  }
  return Math.max(...rates);
}
