import { describe, expect, test } from "vitest";
import { barChart, type BarSeries } from "./bar-chart.ts";
import { sideBySide } from "./side-by-side.ts";
import { svg, type SvgNode } from "./svg-node.ts";
import { svgText } from "./svg-text.ts";

const OPTIONS = { width: 400, height: 240, format: "percent", label: "two groups", yTo: 1 } as const;
const SERIES: readonly BarSeries[] = [
  { name: "base", colour: "chart-1", y: [0.25, null], low: [0.2, null], high: [0.5, null] },
  { name: "after", colour: "chart-2", y: [0.5, 1] },
];

function find(node: SvgNode, tag: string): SvgNode[] {
  const below = node.children.flatMap((child) => (typeof child === "string" ? [] : find(child, tag)));
  return node.tag === tag ? [node, ...below] : below;
}

describe("bars", () => {
  const { node, layout } = barChart(SERIES, { ...OPTIONS, xLabels: ["small", "large"] });
  const bars = find(node, "rect");

  test("stand on zero, as high as their values; what is absent has none", () => {
    const zero = layout.y(0);
    const heights = [0.25, 0.5, 1].map((value) => Math.round((zero - layout.y(value)) * 10) / 10);
    expect(bars.map(({ attributes }) => attributes["height"])).toEqual(heights);
    for (const { attributes } of bars)
      expect(Number(attributes["y"]) + Number(attributes["height"])).toBeCloseTo(zero, 0);
  });

  test("of a group stand beside each other, in the order of the series", () => {
    const [base, after, large] = bars.map(({ attributes }) => Number(attributes["x"])) as [number, number, number];
    expect(base).toBeLessThan(after);
    expect(after).toBeLessThan(large);
    expect(base + Number(bars[0]?.attributes["width"])).toBeLessThanOrEqual(after + 0.1);
  });

  test("have their interval as a whisker, and their group's name below", () => {
    const [whisker] = find(node, "path");
    const [low, high] = [layout.y(0.2), layout.y(0.5)].map((y) => Math.round(y * 10) / 10);
    expect(whisker?.attributes["d"]).toMatch(new RegExp(`^M[\\d.]+ ${high}V${low}m-4 0h8M[\\d.]+ ${high}h8$`));
    expect(find(node, "text").flatMap(({ children }) => children)).toEqual(
      expect.arrayContaining(["small", "large", "0 %", "100 %"]),
    );
  });
});

test("values below zero hang from it, and nothing is a drawing too", () => {
  const { node, layout } = barChart([{ name: "a", colour: "chart-1", y: [-2] }], {
    ...OPTIONS,
    format: "count",
    xLabels: ["x"],
  });
  expect(find(node, "rect")[0]?.attributes["y"]).toBeCloseTo(layout.y(0), 0);
  expect(svgText(barChart([], { ...OPTIONS, xLabels: [] }).node)).not.toMatch(/NaN|Infinity|undefined/);
});

test("drawings side by side are as wide as all and as high as the highest", () => {
  const panel = (width: number, height: number): SvgNode => svg("svg", { width, height });
  const { attributes, children } = sideBySide([panel(100, 50), panel(200, 80)], "both");
  expect(attributes).toMatchObject({ width: 300, height: 80, viewBox: "0 0 300 80", "aria-label": "both" });
  expect(children.map((child) => (child as SvgNode).attributes["x"])).toEqual([0, 100]);
});
