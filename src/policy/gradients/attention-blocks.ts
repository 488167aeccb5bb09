import type { ModelConfig } from "../../model/model-config.ts";

/** From so many positions on, rows are cut finer. */
const LONG_FROM = 384;
/** Of so few nothing is worth skipping. */
const FEW_POSITIONS = 16;
const BLOCKS = { short: 4, long: 16 } as const;
/** In all layers together: making a session takes longer than its nodes grow in number. */
const MOST_BLOCKS = 48;

/**
 * Into how many blocks attention cuts the queries of rows of so many positions: a power of two. Few values, as each is
 * a session of its own.
 */
export function attentionBlocks({ layers }: Pick<ModelConfig, "layers">, time: number): number {
  const wanted = time < LONG_FROM ? BLOCKS.short : BLOCKS.long;
  let count = 1;
  while (2 * count <= wanted && 2 * count * layers <= MOST_BLOCKS && 2 * count * (2 * count - 1) < time) count *= 2;
  return count;
}

/** The same for rows that a processor trains on; undefined, for plain attention, where they are short. */
export function processorBlocks(config: Pick<ModelConfig, "layers">, time: number): number | undefined {
  return time > FEW_POSITIONS ? attentionBlocks(config, time) : undefined;
}
