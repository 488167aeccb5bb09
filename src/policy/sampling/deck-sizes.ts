import type { ModelConfig } from "../../model/model-config.ts";
import { parameterCount } from "../../model/parameters.ts";

/** One of the decks that sequences go through as they grow. */
export interface DeckSize {
  /** Position from which a sequence goes on in it. */
  readonly from: number;
  /** Sequences that are written at once. */
  readonly slots: number;
}

/**
 * Sequences that reach this position go on in the second deck: the short ones are then not computed at the long ones'
 * width. Behind long prompts it counts from their end.
 */
export const LONG_FROM = 48;
/**
 * Keys and values that one deck reads at every step, bytes: they then stay in a processor's cache. Measured with 192
 * numbers a position: 16 sequences at 1,024 positions take half as long by token as 128.
 */
const CACHED = 13 * 2 ** 20;
/** Weights up to here, bytes, leave them there; larger ones pass through it at every step, and many slots pay. */
const SMALL_WEIGHTS = 4 * 2 ** 20;
/** Fewer are not written at once: what a step costs whatever it writes would weigh more. */
const FEWEST = 16;

/**
 * The decks behind the first: the longer the sequences, the fewer of them at once, and the more in turns, as far as
 * weights are small.
 *
 * @param slots of the first deck
 * @param longest prompt
 */
export function furtherDecks(config: ModelConfig, slots: number, longest: number): DeckSize[] {
  const decks: DeckSize[] = [{ from: longest < LONG_FROM ? LONG_FROM : longest + LONG_FROM, slots }];
  if (parameterCount(config) * 4 > SMALL_WEIGHTS) return decks;
  const position = config.layers * 2 * config.kvHeads * config.headDim * 4;
  for (;;) {
    const { from, slots: more } = decks.at(-1)!;
    if (more <= FEWEST) return decks;
    const width = Math.floor(CACHED / (more * position * 16)) * 16;
    decks.push({ from: Math.max(from + LONG_FROM, width), slots: Math.max(FEWEST, more >> 1) });
  }
}
