import type { VNode } from "preact";
import { drawSwatch, type LegendEntry } from "../../../figures/index.ts";
import { Drawing } from "./drawing.tsx";

export interface LegendProps {
  readonly entries: readonly LegendEntry[];
  readonly areas: boolean;
  /** Of each entry, at the step that is pointed at, or the last. */
  readonly values: readonly string[];
  /** Where it is pointed at. */
  readonly at: string | null;
}

/** Names the series, with their values. */
export function Legend({ entries, areas, values, at }: LegendProps): VNode {
  return (
    <ul class="legend">
      {entries.map((entry, i) => (
        <li key={entry.name}>
          <svg width="20" height="14" viewBox="0 -7 20 14" aria-hidden="true">
            <Drawing node={drawSwatch(areas ? { ...entry, style: "area" } : entry)} />
          </svg>
          <span>{entry.name}</span> <b>{values[i]}</b>
        </li>
      ))}
      <li class="at">{at ?? ""}</li>
    </ul>
  );
}
