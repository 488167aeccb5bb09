import { CheckpointError, RunError } from "../../errors.ts";
import { canonicalJson } from "../../host/canonical-json.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";
import { adapterLayout, type LoraConfig } from "../../model/lora.ts";
import { modelConfigFromJson, modelConfigToJson, type ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";
import {
  boundedText,
  fields,
  integerWithin,
  list,
  number,
  oneOf,
  orNull,
  sha256Shape,
  type Shape,
} from "../../store/shape.ts";
import { shapedJson } from "../../store/shaped-json.ts";

/** Raised with every change of what a job says, or of what it computes: samplers take only what they know. */
const SAMPLER_PROTOCOL = 1;

/** All that samplers must know of a model to write as its learner would, but its weights. */
export interface ModelCard {
  readonly config: ModelConfig;
  /** Where an adapter is trained: the weights that change are its own. */
  readonly adapted: { readonly lora: LoraConfig; readonly baseSha256: string } | undefined;
  /** Longest sequence that will come. */
  readonly positions: number;
  /** Engine threads that write one job. */
  readonly threads: number;
}

const MOST_TEXT = 2 ** 16;
const MOST_THREADS = 1024;

const CARD: Shape = fields({
  protocol: integerWithin(SAMPLER_PROTOCOL, SAMPLER_PROTOCOL),
  config: fields({}),
  furtherEndIds: list(integerWithin(0, 2 ** 22), 64),
  adapted: orNull(
    fields({
      lora: fields({
        rank: integerWithin(1, 4096),
        alpha: number(0),
        targets: list(oneOf(...LORA_TARGETS), LORA_TARGETS.length),
      }),
      baseSha256: sha256Shape,
    }),
  ),
  positions: integerWithin(1, 2 ** 24),
  threads: integerWithin(1, MOST_THREADS),
});

/** The card as text, the same for the same model: its hash names it. */
export function writeCard({ config, adapted, positions, threads }: ModelCard): string {
  return canonicalJson({
    protocol: SAMPLER_PROTOCOL,
    config: modelConfigToJson(config),
    furtherEndIds: config.furtherEndIds ?? [],
    adapted: adapted ?? null,
    positions,
    threads,
  });
}

/** @throws RunError for what is no card, or one of another version; CheckpointError for a model that can't be */
export function readCard(text: string): ModelCard {
  const json = text.length > MOST_TEXT ? { wrong: "expected a short text" } : shapedJson(text, CARD);
  if (json.wrong !== undefined)
    throw new RunError(
      `Expected a model as this version of aha sends it, got another (${json.wrong}); use one version.`,
    );
  const { config, furtherEndIds, adapted, positions, threads } = json.value as {
    readonly config: unknown;
    readonly furtherEndIds: readonly number[];
    readonly adapted: ModelCard["adapted"] | null;
  } & Pick<ModelCard, "positions" | "threads">;
  const read = modelConfigFromJson(config, "the run's model");
  if (read.scalarHead === true || furtherEndIds.some((id) => id >= read.vocabSize))
    throw new CheckpointError("Expected a model that writes, with end tokens of its own, got another.");
  return {
    config: furtherEndIds.length === 0 ? read : { ...read, furtherEndIds },
    adapted: adapted ?? undefined,
    positions,
    threads,
  };
}

/** Numbers of the weights that change from step to step. */
export function trainedCount({ config, adapted }: Pick<ModelCard, "config" | "adapted">): number {
  if (adapted === undefined) return parameterCount(config);
  return adapterLayout(config, adapted.lora).reduce((sum, { size }) => sum + size, 0);
}

/** What of a text of others a person may see. */
export const shortText: Shape = boundedText(1000);
