import type { HeatMapData } from "../draw/heat-map.ts";
import type { RunFigures } from "./run-figures.ts";

export const EFFORT_MAP = {
  id: "lengthByDifficulty",
  title: "Effort by difficulty",
  unit: "mean length in tokens, by difficulty and step",
  healthy: "The upper rows darken more than the lower ones: thought grows where problems are hard.",
} as const;

/** Mean length by difficulty and step; null for a run that has none. */
export function effortMap({ metrics }: RunFigures): HeatMapData | null {
  const bins = metrics[0]?.emergence.lengthByDifficulty.length ?? 0;
  if (bins === 0) return null;
  return {
    x: metrics.map(({ step }) => step),
    rows: Array.from({ length: bins }, (_, i) => binName(i, bins)),
    values: metrics.map(({ emergence }) => emergence.lengthByDifficulty),
  };
}

/** A bin of difficulty by its place: the ends by name, those between by the share of problems below and above. */
function binName(bin: number, bins: number): string {
  if (bin === 0) return "easiest";
  if (bin === bins - 1) return "hardest";
  return `${Math.round((bin / bins) * 100)}–${Math.round(((bin + 1) / bins) * 100)} %`;
}
