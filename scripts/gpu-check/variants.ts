import { engineFor, type Engine, type EngineTensor } from "../../src/engine/index.ts";
import { joinedLayout } from "../../src/model/joined-weights.ts";
import { adapterLayout, initialAdapter, type LoraConfig } from "../../src/model/lora.ts";
import { LORA_TARGETS } from "../../src/model/lora-targets.ts";
import type { ModelConfig } from "../../src/model/model-config.ts";
import { parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import { heldBase } from "../../src/policy/device/base-precision.ts";
import { DeviceSampler } from "../../src/policy/device/device-sampler.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import type { Measurement } from "./measurement.ts";
import { repeatedWeights, shapeOf } from "./shapes.ts";
import { DRAWN, timeRuns, updates, type Job } from "./speed.ts";

const LORA: LoraConfig = { rank: 16, alpha: 32, targets: LORA_TARGETS };

/** Whole updates by the size of a micro-batch, a line each. */
export async function* budgetSpeed(job: Job, rank: number): AsyncGenerator<Measurement> {
  for (const tokenBudget of [2048, 8192, 4096, 1024]) {
    const { name, ...found } = await updates(job, { rank, size: "32x256", tokenBudget });
    yield { name: `${name} budget ${tokenBudget}`, ...found };
  }
}

/** Writing by how many sequences are written at once. */
export async function* slotSpeed(job: Job): AsyncGenerator<Measurement> {
  yield* writing(job, undefined, { mergesAdapter: false, slots: [32, 64, 128, 256, 512] });
}

/** Writing with LoRA 16, the adapter merged before or computed beside each product. */
export async function* mergeSpeed(job: Job): AsyncGenerator<Measurement> {
  for (const mergesAdapter of [true, false]) yield* writing(job, LORA, { mergesAdapter, slots: [32, 256] });
}

async function* writing(
  { device, shape, isQuick }: Job,
  lora: LoraConfig | undefined,
  { mergesAdapter, slots }: { readonly mergesAdapter: boolean; readonly slots: readonly number[] },
): AsyncGenerator<Measurement> {
  const config = shapeOf(shape, isQuick);
  const [prompt, added] = isQuick ? [8, 4] : [64, 64];
  const engine = await engineFor(device);
  const weights = placed(engine, config, lora);
  const model = { config, positions: prompt + added, lora, joined: true };
  const began = performance.now();
  const sampler = await DeviceSampler.create(engine, model, weights, { mergesAdapter });
  const startMs = performance.now() - began;
  const kind = lora === undefined ? "" : `-lora-${mergesAdapter ? "merged" : "beside"}`;
  for (const sequences of slots) {
    let round = 0;
    const write = async (): Promise<void> => {
      const key = splitKey(randomKey(6), round++);
      const requests = Array.from({ length: sequences }, (_, i) => ({
        prompt: Array.from({ length: prompt }, (_token, t) => (i * 53 + t * 11 + 100) % config.vocabSize),
        keys: [splitKey(key, i)],
      }));
      await sampler.sample(requests, { ...DRAWN, maxNewTokens: added, slots: sequences }, {});
    };
    const timed = await timeRuns(write, isQuick, isQuick ? 1 : 3);
    const rate = (sequences * added * 1000) / timed.ms;
    yield {
      name: `${device} ${shape} write${kind} ${sequences} slots`,
      ...timed,
      tokensPerSecond: rate,
      prompt,
      added,
      startMs,
    };
  }
  await sampler.dispose();
  for (const tensor of Object.values(weights)) tensor.dispose();
  await engine.dispose();
}

/** Random weights where an engine computes, joined as a device has them, and an adapter's. */
function placed(engine: Engine, config: ModelConfig, lora: LoraConfig | undefined): Record<string, EngineTensor> {
  const parameters = parameterViews(repeatedWeights(config), parameterLayout(config));
  const base = heldBase(config, "float32");
  const joined = joinedLayout(config).map(({ name, shape, parts }) => {
    const numbers = base.numbers(
      name,
      parts.map((part) => parameters.get(part.name)!),
    );
    return [name, engine.tensor(numbers, shape)] as const;
  });
  if (lora === undefined) return Object.fromEntries(joined);
  const layout = adapterLayout(config, lora);
  const values = parameterViews(initialAdapter(config, lora, "random", randomKey(5)).parameters, layout);
  const adapter = layout.map(({ name, shape }) => [name, engine.tensor(values.get(name)!, shape)] as const);
  return Object.fromEntries([...joined, ...adapter]);
}
