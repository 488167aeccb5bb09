import type { Layout } from "./frame.ts";
import { paint, type ColourName } from "./palette.ts";
import { px, svg, type SvgNode } from "./svg-node.ts";

/** The ends of an interval at an x, as values of the chart; null where there is none. */
export interface Whisker {
  readonly x: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Intervals as upright lines with a bar at either end; what lies out of the plot is cut there. */
export function drawWhiskers(whiskers: readonly Whisker[], colour: ColourName, layout: Layout): SvgNode {
  const [bottom, top] = layout.yDomain;
  const place = (value: number): number => px(layout.y(Math.min(top, Math.max(bottom, value))));
  const paths = whiskers.flatMap(({ x, low, high }) => {
    if (low === null || high === null) return [];
    const at = px(layout.x(x));
    return [`M${at} ${place(high)}V${place(low)}m-4 0h8M${px(at - 4)} ${place(high)}h8`];
  });
  return svg("path", { d: paths.join(""), stroke: paint(colour), "stroke-width": 1.5, fill: "none" });
}
