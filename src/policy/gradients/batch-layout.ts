import type { DenseTensor } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { packedBatches, packedInputs } from "./packing.ts";
import { sharedBatches, sharedInputs } from "./shared-prompts.ts";
import { batchInputs, microBatches } from "./training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

/** What a training graph reads beside tokens: one mask for all rows; or a mask and the positions of each row. */
export type MaskForm = "common" | "by row";

/** How sequences lie in the rows of a micro-batch. */
export interface BatchLayout {
  readonly mask: MaskForm;
  /** Micro-batches of rows of indices into `sequences`; null where this layout isn't worth it. */
  batches(sequences: readonly TrainingSequence[], tokenBudget: number): number[][][] | null;
  /**
   * The inputs of a training graph for some rows. The numbers by token come in the order of rows and of sequences in
   * them.
   */
  inputs(
    rows: readonly (readonly TrainingSequence[])[],
    config: ModelConfig,
    temperature: number,
  ): Record<string, DenseTensor>;
}

/** A row for each sequence, with others of like length, padded on the right. */
export const aloneLayout: BatchLayout = {
  mask: "common",
  batches: (sequences, tokenBudget) =>
    microBatches(sequences, tokenBudget).map((batch) => batch.map((index) => [index])),
  inputs: (rows, config, temperature) => batchInputs(rows.flat(), config, temperature),
};

/** Several sequences in a row, each blind to the others. */
export const packedLayout: BatchLayout = { mask: "by row", batches: packedBatches, inputs: packedInputs };

/** Completions of one prompt in a row that has the prompt once. */
export const sharedPromptLayout: BatchLayout = { mask: "by row", batches: sharedBatches, inputs: sharedInputs };

/** The layout for some sequences, and how it cuts them. */
export function layoutBatches(
  sequences: readonly TrainingSequence[],
  {
    ofSamples,
    packing,
    tokenBudget,
  }: {
    /** Sampled several by prompt. */
    readonly ofSamples: boolean;
    readonly packing: boolean;
    readonly tokenBudget: number;
  },
): { readonly layout: BatchLayout; readonly batches: readonly number[][][] } {
  const dense = packing ? packedLayout : aloneLayout;
  const preferred = ofSamples ? sharedPromptLayout : dense;
  const batches = preferred.batches(sequences, tokenBudget);
  if (batches !== null) return { layout: preferred, batches };
  return { layout: aloneLayout, batches: aloneLayout.batches(sequences, tokenBudget)! };
}
