import type { DenseTensor } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { packedBatches, packedInputs, packedTime } from "./packing.ts";
import { sharedBatches, sharedInputs, sharedTime } from "./shared-prompts.ts";
import { batchInputs, batchTime, microBatches } from "./training-batch.ts";
import type { TrainingSequence } from "../../records/rollout.ts";

/** What a training graph reads beside tokens: one mask for all rows; or a mask and the positions of each row. */
export type MaskForm = "common" | "by row";

/** How sequences lie in the rows of a micro-batch. */
export interface BatchLayout {
  readonly mask: MaskForm;
  /** Micro-batches of rows of indices into `sequences`; null where this layout isn't worth it. */
  batches(sequences: readonly TrainingSequence[], tokenBudget: number, runPositions?: number): number[][][] | null;
  /**
   * The inputs of a training graph for some rows. The numbers by token come in the order of rows and of sequences in
   * them.
   *
   * @param blocks of the graph's attention; one for all where absent
   */
  inputs(
    rows: readonly (readonly TrainingSequence[])[],
    config: ModelConfig,
    temperature: number,
    blocks?: number,
  ): Record<string, DenseTensor>;
  /** Positions of the rows, padding included. */
  time(rows: readonly (readonly TrainingSequence[])[]): number;
}

/** A row for each sequence, with others of like length, padded on the right. */
export const aloneLayout: BatchLayout = {
  mask: "common",
  batches: (sequences, tokenBudget, runPositions) =>
    microBatches(sequences, tokenBudget, runPositions).map((batch) => batch.map((index) => [index])),
  inputs: (rows, config, temperature, blocks) => batchInputs(rows.flat(), config, temperature, blocks),
  time: (rows) => batchTime(rows.flat()),
};

/** Several sequences in a row, each blind to the others. */
export const packedLayout: BatchLayout = {
  mask: "by row",
  batches: packedBatches,
  inputs: packedInputs,
  time: packedTime,
};

/** Completions of one prompt in a row that has the prompt once. */
export const sharedPromptLayout: BatchLayout = {
  mask: "by row",
  batches: sharedBatches,
  inputs: sharedInputs,
  time: sharedTime,
};

/** The layout for some sequences, and how it cuts them. */
export function layoutBatches(
  sequences: readonly TrainingSequence[],
  {
    ofSamples,
    packing,
    tokenBudget,
    runPositions,
  }: {
    /** Sampled several by prompt. */
    readonly ofSamples: boolean;
    readonly packing: boolean;
    readonly tokenBudget: number;
    /** What a run takes beside its positions (`RowCut`). */
    readonly runPositions?: number;
  },
): { readonly layout: BatchLayout; readonly batches: readonly number[][][] } {
  const dense = packing ? packedLayout : aloneLayout;
  const preferred = ofSamples ? sharedPromptLayout : dense;
  const batches = preferred.batches(sequences, tokenBudget, runPositions);
  if (batches !== null) return { layout: preferred, batches };
  return { layout: aloneLayout, batches: aloneLayout.batches(sequences, tokenBudget, runPositions)! };
}
