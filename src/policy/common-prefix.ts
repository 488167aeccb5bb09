/** Fewer tokens than these aren't worth being read apart. */
export const LEAST_PREFIX = 16;
/**
 * A prefix's keys and values are copied before those of every row that is computed behind it: with the rows' own they
 * are at most so many times the positions that are computed at once.
 */
export const MOST_KEYS = 3;

/**
 * How many tokens all prompts begin with, as far as it pays to compute them once for all: each keeps its last token at
 * least. 0 where there are too few.
 */
export function commonPrefix(prompts: readonly (readonly number[])[]): number {
  const [first = [], ...others] = prompts;
  let length = first.length - 1;
  for (const prompt of others) {
    length = Math.min(length, prompt.length - 1);
    let same = 0;
    while (same < length && prompt[same] === first[same]) same++;
    length = same;
  }
  return length < LEAST_PREFIX ? 0 : length;
}
