import { mean } from "../numbers/metrics.ts";

/** A token of a text that two models were asked about, with the log-probability that each gave it there. */
export interface TwiceScored {
  readonly token: string;
  readonly before: number;
  readonly after: number;
}

/** How far training moved one token, over all places where it stands. */
export interface TokenChange {
  readonly token: string;
  readonly count: number;
  /** Mean of log p after less log p before, in nats. */
  readonly change: number;
  /** Mean of its size: what moves up here and down there counts too. */
  readonly size: number;
}

/**
 * Which tokens training moved: mean log p after / p before by token, over texts that it did not write. R1 shows it by
 * how often single words such as "wait" come over training (arXiv:2501.12948, section 2.3).
 *
 * @returns the most moved first; those of equal size by their text
 */
export function changesByToken(scored: readonly TwiceScored[]): TokenChange[] {
  const places = byToken(scored);
  return [...places]
    .map(([token, all]): TokenChange => {
      const moved = all.map(({ before, after }) => after - before);
      return { token, count: all.length, change: mean(moved), size: mean(moved.map(Math.abs)) };
    })
    .sort((a, b) => b.size - a.size || (a.token < b.token ? -1 : 1));
}

function byToken(scored: readonly TwiceScored[]): Map<string, TwiceScored[]> {
  const places = new Map<string, TwiceScored[]>();
  for (const one of scored) {
    const known = places.get(one.token);
    if (known === undefined) places.set(one.token, [one]);
    else known.push(one);
  }
  return places;
}
