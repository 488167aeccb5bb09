import type { RunStore } from "../store/index.ts";
import { metricTable } from "./metric-table.ts";

/**
 * The figures of a run as CSV (RFC 4180): a row a step, a column a figure, empty where a step has none. Evaluations
 * are the columns that begin with `heldOut.`, the one before training at step 0.
 *
 * @throws RunError where the run is damaged
 */
export function metricsToCsv(store: RunStore): string {
  const rows = metricTable(store);
  const found = new Set(rows.flatMap(({ values }) => [...values.keys()]));
  const names = [...found].sort((a, b) => Number(a.startsWith("heldOut.")) - Number(b.startsWith("heldOut.")));
  const lines = [
    ["step", ...names].map(header),
    ...rows.map(({ step, values }) => [String(step), ...names.map((name) => String(values.get(name) ?? ""))]),
  ];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

/** A name of a reward's part may be anybody's: a spreadsheet must take it for text, never for a formula. */
function header(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
