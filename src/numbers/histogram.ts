/** How often values fall between edges; the last bin holds its upper edge as well. */
export interface Histogram {
  /** Shape [bins + 1], rising. */
  readonly edges: readonly number[];
  /** Shape [bins]. */
  readonly counts: readonly number[];
}

/** Equally wide edges around some values; one bin around equal ones, none of nothing. What isn't finite is left out. */
export function histogramEdges(values: readonly number[], bins: number): number[] {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return [];
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (low === high) return [low - 0.5, low + 0.5];
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

/** Counts values between edges that `histogramEdges` gave for them or for more. */
export function histogram(values: readonly number[], edges: readonly number[]): Histogram {
  const bins = Math.max(0, edges.length - 1);
  const counts = Array.from({ length: bins }, () => 0);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  for (const value of values) {
    if (!(value >= low && value <= high) || bins === 0) continue;
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++;
  }
  return { edges, counts };
}
