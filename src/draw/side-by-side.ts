import { sum } from "../numbers/sum.ts";
import { svg, type SvgNode } from "./svg-node.ts";

/**
 * Drawings from left to right as one.
 *
 * @param drawings each with its `width` and `height` in pixels
 * @param label says what is seen, for those who don't see it
 */
export function sideBySide(drawings: readonly SvgNode[], label: string): SvgNode {
  const widths = drawings.map(({ attributes }) => Number(attributes["width"]));
  const width = sum(widths);
  const height = Math.max(0, ...drawings.map(({ attributes }) => Number(attributes["height"])));
  const panels = drawings.map((drawing, i) => ({
    ...drawing,
    attributes: { x: sum(widths.slice(0, i)), ...drawing.attributes },
  }));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, panels);
}
