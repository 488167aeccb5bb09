/** A share as a percentage with one decimal, `82.1 %`; a dash where there is none. */
export function percent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? "-" : `${(100 * share).toFixed(1)} %`;
}

/** A part of a whole as a percentage: `31.4 %`; a dash where the whole is nothing. */
export function percentOf(part: number, whole: number): string {
  return percent(whole === 0 ? null : part / whole);
}

/** A share with its standard error, `82.1 % ± 1.9`. */
export function percentWithError(share: number | null, error: number): string {
  return share === null ? percent(share) : `${percent(share)} ± ${(100 * error).toFixed(1)}`;
}

/** A count in few characters: `812`, `9.8k`, `45k`, `1.2M`. */
export function shortCount(count: number): string {
  for (const [unit, letter] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    const scaled = count / unit;
    if (scaled >= 0.9995) return `${scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled)}${letter}`;
  }
  return String(Math.round(count));
}

/** A time in plain words: `0.4 s`, `12 s`, `3 min 40 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "-";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What remains, no more exactly than it is known: `about 4 min left`. */
export function leftText(seconds: number): string {
  if (seconds < 59.5) return `about ${Math.ceil(seconds)} s left`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${duration(Math.round(seconds / 600) * 600)} left`;
}

/** A size of memory or disk: `420 MB`, `1.5 GB`. */
export function megabytes(size: number): string {
  return size < 999.5 ? `${Math.round(size)} MB` : `${(size / 1000).toFixed(1)} GB`;
}

/** The size of a file: `14 kB`, `2.8 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 999.5) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return bytes < 9.95e6 ? `${(bytes / 1e6).toFixed(1)} MB` : megabytes(bytes / 1e6);
}

/** Rows of cells as aligned columns, two spaces apart; the first column to the left, the others too unless `right`. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** Text moved to the right, line by line. */
export function indented(text: string, by: string = "  "): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : by + line))
    .join("\n");
}

/**
 * What could not be judged and its commonest reason, `12 unverifiable (most: timed out)`; nothing where all could be.
 */
export function unjudgedText(
  { count, reasons }: { readonly count: number; readonly reasons: readonly { readonly reason: string }[] },
  longest: number = 120,
): string {
  const [first] = reasons;
  if (count === 0) return "";
  if (first === undefined) return `${count} unverifiable`;
  const reason = first.reason.length > longest ? `${first.reason.slice(0, longest - 3)}...` : first.reason;
  return `${count} unverifiable (${reasons.length > 1 ? "most: " : ""}${reason})`;
}
