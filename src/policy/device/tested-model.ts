import type { LoraConfig } from "../../model/lora.ts";
import { initialAdapter } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { initialParameters } from "../../model/parameters.ts";
import { randomKey } from "../../random.ts";
import type { PolicyModel } from "../policy.ts";
import type { BasePrecision } from "./base-precision.ts";
import { keepsForWriting } from "./kept-for-writing.ts";

/** What of a run decides which graphs a device gets. */
export interface TestedModel {
  readonly config: ModelConfig;
  /** With it the adapter alone is trained. */
  readonly lora?: LoraConfig | undefined;
  /** `float32` where absent. */
  readonly basePrecision?: BasePrecision | undefined;
}

/** A small model that takes the way that a run's takes. */
export interface SmallModel extends PolicyModel {
  readonly basePrecision: BasePrecision;
  /** As the run's own size decides. */
  readonly keeps: ReturnType<typeof keepsForWriting>;
}

/** Prime, so that nothing is a whole number of blocks. */
const VOCABULARY = 157;
const RANK = 2;

/** A model that computes the same in little: all that decides which operators there are stays. */
export function smallModelOf({ config: whole, lora, basePrecision = "float32" }: TestedModel): SmallModel {
  const config = smallConfig(whole);
  // Larger weights would make more of what is rounded: the bound is for operators.
  const parameters = initialParameters(config, randomKey(1));
  const model = { config, parameters, basePrecision, keeps: keepsForWriting({ config: whole, basePrecision }) };
  if (lora === undefined) return model;
  const small = { rank: RANK, alpha: 2 * RANK, targets: lora.targets };
  const fresh = initialAdapter(config, small, "", randomKey(2));
  // B of zeros would leave A without a gradient.
  return { ...model, adapter: { ...fresh, parameters: fresh.parameters.map((value, i) => value + Math.sin(i) / 10) } };
}

function smallConfig(config: ModelConfig): ModelConfig {
  const { scalarHead: _head, furtherEndIds: _ends, ...decoder } = config;
  const perKeyHead = config.heads / config.kvHeads;
  const kvHeads = perKeyHead === 1 ? 4 : Math.min(config.kvHeads, 2);
  return {
    ...decoder,
    vocabSize: VOCABULARY,
    hiddenSize: 64,
    layers: 2,
    heads: 4,
    kvHeads,
    headDim: 16,
    ffSize: 96,
    maxPositions: 64,
    eosTokenIds: [VOCABULARY - 1],
  };
}
