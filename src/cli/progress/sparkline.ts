const UNICODE = "▁▂▃▄▅▆▇█";
const ASCII = "_.-~=+*#";

export interface SparklineOptions {
  /** Most characters to use; a longer series is averaged over equal pieces. */
  readonly width: number;
  /** False where the terminal may not show block characters. */
  readonly unicode: boolean;
}

/** A series as a row of characters from its least to its greatest value; a constant series stays at the bottom. */
export function sparkline(values: readonly number[], { width, unicode }: SparklineOptions): string {
  const points = shortened(values.filter(Number.isFinite), width);
  if (points.length === 0) return "";
  const levels = unicode ? UNICODE : ASCII;
  const least = Math.min(...points);
  const range = Math.max(...points) - least;
  return points
    .map(
      (value) =>
        levels[range === 0 ? 0 : Math.min(levels.length - 1, Math.floor(((value - least) / range) * levels.length))],
    )
    .join("");
}

/** Means over `width` pieces of nearly equal length, in order. */
function shortened(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: Math.max(0, width) }, (_, i) => {
    const piece = values.slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width));
    return piece.reduce((sum, value) => sum + value, 0) / piece.length;
  });
}
