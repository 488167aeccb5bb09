import { clippedPolicyLoss } from "../../losses/index.ts";
import { initialAdapter } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";
import { randomKey } from "../../random.ts";
import type { TrainingSequence } from "../../records/rollout.ts";
import { startLocalPolicy } from "../local/local-policy.ts";
import { isLarge } from "../local/policy-size.ts";
import type { TestedModel } from "./tested-model.ts";

/** Sequences and completion tokens of a measured step. */
const SEQUENCES = 4;
const LENGTH = 128;
export const STEP_TOKENS: number = SEQUENCES * LENGTH;
/** Up to so many parameters a model is measured as it is. */
const WHOLE = 50_000_000;
/** Layers that one of two measured models has more than the other: their cost is the difference. */
const MORE = 2;
/** Runs, the median of which counts; no more begin after so many seconds. */
const RUNS = 3;
const SECONDS = 5;
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.2, klCoefficient: 0 });

/** Where a step is measured. */
export interface StepPlace {
  readonly device: string;
  /** Of the processor. */
  readonly threads: number;
}

/**
 * Seconds of one update on 4 sequences of 128 tokens, by a policy as a run has it. A large model is measured with few
 * layers twice, its whole width and vocabulary: what some layers more cost, the others are taken to cost too.
 *
 * It is to be called where this thread has no engine on the device yet: one thread of a process may use a GPU.
 *
 * @throws what `startLocalPolicy` and `Policy.update` throw
 */
export async function secondsOfStep(place: StepPlace, tested: TestedModel): Promise<number> {
  const { config } = tested;
  const [few, more] = measuredLayers(config);
  const less = await secondsOfUpdate(place, { ...tested, config: { ...config, layers: few } });
  if (few === config.layers) return less;
  const seconds = await secondsOfUpdate(place, { ...tested, config: { ...config, layers: more } });
  return wholeSeconds({ few: less, more: seconds }, { few, more, all: config.layers });
}

/** Of how many layers two models are measured: all of them, where one model is. */
export function measuredLayers(config: ModelConfig): readonly [few: number, more: number] {
  const { layers } = config;
  // A small model is put to work otherwise than a large one.
  let few = 1;
  while (few < layers && !isLarge({ ...config, layers: few })) few++;
  const isWhole = parameterCount(config) <= WHOLE || few + MORE >= layers;
  return isWhole ? [layers, layers] : [few, few + MORE];
}

interface OfLayers {
  readonly few: number;
  readonly more: number;
}

/** Seconds of all layers, by those of few and of more. */
export function wholeSeconds(seconds: OfLayers, layers: OfLayers & { readonly all: number }): number {
  // Where others use the machine, more layers may seem to take less.
  const perLayer = Math.max(0, seconds.more - seconds.few) / (layers.more - layers.few);
  return Math.max(seconds.few, seconds.more) + (layers.all - layers.more) * perLayer;
}

async function secondsOfUpdate({ device, threads }: StepPlace, tested: TestedModel): Promise<number> {
  const { config, lora, basePrecision } = tested;
  const adapter = lora === undefined ? undefined : initialAdapter(config, lora, "", randomKey(1));
  const model = { config, parameters: numbers(parameterCount(config)), ...(adapter === undefined ? {} : { adapter }) };
  const policy = await startLocalPolicy(model, {
    device,
    workers: threads,
    positions: LENGTH + 1,
    ...(basePrecision === undefined || device === "cpu" ? {} : { basePrecision }),
  });
  const sequences = sequencesFor(config);
  const once = async (): Promise<number> => {
    const began = performance.now();
    await policy.update(sequences, LOSS, { learningRate: 0, clipNorm: 1, temperature: 1 });
    return (performance.now() - began) / 1000;
  };
  try {
    // The first makes shaders and takes memory.
    await once();
    const times: number[] = [];
    let spent = 0;
    while (times.length < RUNS && spent < SECONDS) {
      const seconds = await once();
      times.push(seconds);
      spent += seconds;
    }
    return times.sort((a, b) => a - b)[Math.floor((times.length - 1) / 2)]!;
  } finally {
    await policy.stop();
  }
}

/** Small numbers of both signs, without the time that drawing them takes. */
function numbers(size: number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = ((i * 7919) % 1009) / 25_000 - 0.02;
  return values;
}

function sequencesFor(config: ModelConfig): TrainingSequence[] {
  return Array.from({ length: SEQUENCES }, (_, i) => ({
    promptTokens: [1],
    tokens: Array.from({ length: LENGTH }, (_token, t) => (i * 31 + t * 7) % config.vocabSize),
    weight: 1 / STEP_TOKENS,
    advantage: i % 2 === 0 ? 1 : -1,
    oldLogprobs: Array.from({ length: LENGTH }, () => -Math.log(config.vocabSize)),
  }));
}
