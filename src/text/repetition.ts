/**
 * How often the most frequent run of some words comes in a text: 1 where none comes twice, 0 for a shorter text.
 *
 * @param length words of a run; 6 where absent
 */
export function mostRepeated(text: string, length: number = 6): number {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const counts = new Map<string, number>();
  let most = 0;
  for (let start = 0; start + length <= words.length; start++) {
    const run = words.slice(start, start + length).join(" ");
    const count = (counts.get(run) ?? 0) + 1;
    counts.set(run, count);
    most = Math.max(most, count);
  }
  return most;
}
