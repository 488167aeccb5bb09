import { linearScale, roundTicks } from "./axis.ts";
import { formatTick, formatValue, type NumberFormat } from "./number-format.ts";
import { paint, type ColourName } from "./palette.ts";
import type { Level, Mark, Series } from "./series.ts";
import { px, svg, type SvgChild, type SvgNode } from "./svg-node.ts";

/** What surrounds the values of a chart. */
export interface FrameOptions {
  /** Of the whole drawing, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: NumberFormat;
  /** Says what is seen, for those who don't see it. */
  readonly label: string;
  /**
   * Written above the plot, with the legend, where the drawing stands alone; the page writes both as text beside it.
   */
  readonly title?: string;
  readonly unit?: string;
  readonly levels?: readonly Level[];
  readonly marks?: readonly Mark[];
  /** The axis holds at least this. */
  readonly yFrom?: number;
  readonly yTo?: number;
  readonly xTitle?: string;
  /** Written at x = 0, 1, 2, ... in the place of numbers. */
  readonly xLabels?: readonly string[];
}

/** Where a chart's values stand in its drawing. */
export interface Layout {
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export interface LegendEntry {
  readonly name: string;
  readonly colour: ColourName;
  readonly style: Series["style"] | "area";
}

interface XTick {
  readonly at: number;
  readonly text: string;
}

const FONT = 11;
/** About the width of a character of the system's sans-serif, in parts of its size. */
const CHARACTER = 0.56;
const LEGEND_LINE = 17;

/** Of the title with its unit, above the legend. */
export function titleHeight({ unit }: FrameOptions): number {
  return unit === undefined || unit === "" ? 26 : 42;
}

/** The drawing itself: its size, what it says to those who don't see it, its font. */
export function drawSheet(
  { width, height, label }: FrameOptions,
  ...children: readonly (SvgChild | readonly SvgChild[])[]
): SvgNode {
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": label,
      "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
      "font-size": FONT,
      fill: paint("muted"),
    },
    ...children,
  );
}

/** Paper and title of a drawing that stands alone. */
export function drawTitle(title: string, { unit, width, height }: FrameOptions): SvgNode[] {
  return [
    svg("rect", { width, height, fill: paint("paper") }),
    svg("text", { x: 12, y: 20, "font-size": 14, "font-weight": 600, fill: paint("ink") }, title),
    ...(unit === undefined || unit === "" ? [] : [svg("text", { x: 12, y: 36 }, unit)]),
  ];
}

/** The width of a text, nearly: a drawing can't measure its font. */
export function textWidth(text: string, size: number = FONT): number {
  return text.length * size * CHARACTER;
}

/**
 * @param x the range of x; @param y the range of the values, to which 0 is added
 * @param legend what is written above the plot where the drawing has a title
 */
export function layoutFrame(
  x: readonly [number, number],
  y: readonly [number, number],
  legend: readonly LegendEntry[],
  options: FrameOptions,
): Layout {
  const rows = options.title === undefined ? 0 : legendRows(legend, options.width).length;
  const top = options.title === undefined ? 14 : titleHeight(options) + 12 + rows * LEGEND_LINE;
  const bottom = 36;
  const ticks = yTicks(
    [Math.min(0, options.yFrom ?? 0, y[0]), Math.max(options.yTo ?? 0, y[1])],
    options.height - top - bottom,
  );
  const left = Math.max(34, 14 + Math.max(...ticks.map((tick) => textWidth(formatTick(options.format, tick)))));
  const plot = {
    left,
    top,
    width: Math.max(40, options.width - left - 14),
    height: Math.max(30, options.height - top - bottom),
  };
  const yDomain = [ticks[0] as number, ticks.at(-1) as number] as const;
  return {
    plot,
    xDomain: x,
    yDomain,
    x: linearScale(x, [plot.left, plot.left + plot.width]),
    y: linearScale(yDomain, [plot.top + plot.height, plot.top]),
  };
}

function yTicks([low, high]: readonly [number, number], height: number): number[] {
  return roundTicks(low, high === low ? low + 1 : high, Math.max(2, Math.round(height / 42)));
}

/** What is written below the plot, and at which x. Steps are whole, and so are their ticks. */
function xTicks({ xDomain: [low, high], plot }: Layout, xLabels: readonly string[] | undefined): XTick[] {
  if (xLabels !== undefined) return xLabels.map((text, at) => ({ at, text }));
  if (low === high) return [{ at: low, text: formatTick("count", low) }];
  const whole = roundTicks(low, high, Math.max(2, Math.round(plot.width / 80))).filter(
    (tick) => tick >= low && tick <= high && Number.isInteger(tick),
  );
  return (whole.length === 0 ? [low, high] : whole).map((at) => ({ at, text: formatTick("count", at) }));
}

/** A whole drawing: paper, title, legend and axes, with the values between the grid and what is marked. */
export function drawFrame(
  layout: Layout,
  legend: readonly LegendEntry[],
  options: FrameOptions,
  values: readonly SvgNode[],
): SvgNode {
  const { plot } = layout;
  return drawSheet(
    options,
    options.title !== undefined && [
      ...drawTitle(options.title, options),
      ...drawLegend(legend, options.width, titleHeight(options)),
    ],
    drawGrid(layout, options.format),
    drawXAxis(layout, plot.top + plot.height, options),
    ...values,
    (options.levels ?? []).map((level) => drawLevel(level, layout, options)),
    (options.marks ?? [])
      .filter(({ x }) => x >= layout.xDomain[0] && x <= layout.xDomain[1])
      .map((mark) => drawMark(mark, layout)),
  );
}

/** A line and a number at each tick of the values. */
function drawGrid({ plot, yDomain, y }: Layout, format: NumberFormat): SvgNode[] {
  const ticks = yTicks(yDomain, plot.height).filter((tick) => tick >= yDomain[0] && tick <= yDomain[1]);
  return ticks.map((tick) =>
    svg(
      "g",
      {},
      svg("line", {
        x1: plot.left,
        x2: plot.left + plot.width,
        y1: px(y(tick)),
        y2: px(y(tick)),
        stroke: tick === 0 ? paint("bare") : paint("grid"),
        "shape-rendering": "crispEdges",
      }),
      svg("text", { x: plot.left - 7, y: px(y(tick) + 4), "text-anchor": "end" }, formatTick(format, tick)),
    ),
  );
}

function drawXAxis(layout: Layout, bottom: number, options: FrameOptions): SvgNode {
  const { left, width } = layout.plot;
  const tickText = ({ at, text }: XTick): SvgNode => {
    const x = layout.x(at);
    return svg("text", { x: px(x), y: bottom + 17, "text-anchor": anchorOf(x, left, width) }, text);
  };
  return svg(
    "g",
    {},
    xTicks(layout, options.xLabels).map(tickText),
    svg("text", { x: px(left + width / 2), y: bottom + 31, "text-anchor": "middle" }, options.xTitle ?? "step"),
  );
}

/** At the border of the plot a label would run out of the drawing. */
function anchorOf(at: number, left: number, width: number): string {
  if (at > left + width - 8) return "end";
  return at < left + 4 ? "start" : "middle";
}

function drawLevel({ name, value }: Level, layout: Layout, options: FrameOptions): SvgNode {
  const y = px(layout.y(value));
  const { left, top, width } = layout.plot;
  return svg(
    "g",
    {},
    svg("line", { x1: left, x2: left + width, y1: y, y2: y, stroke: paint("muted"), "stroke-dasharray": "2 3" }),
    svg(
      "text",
      {
        x: left + width,
        y: y < top + 14 ? y + 13 : y - 4,
        "text-anchor": "end",
        "paint-order": "stroke",
        stroke: paint("paper"),
        "stroke-width": 3,
        "stroke-linejoin": "round",
      },
      `${name} ${formatValue(options.format, value)}`,
    ),
  );
}

function drawMark({ x, text }: Mark, layout: Layout): SvgNode {
  const at = px(layout.x(x));
  const { top, height } = layout.plot;
  return svg(
    "g",
    {},
    svg("title", {}, text),
    svg("line", { x1: at, x2: at, y1: top, y2: top + height, stroke: paint("warning"), "stroke-dasharray": "4 3" }),
    svg("path", { d: `M${at} ${top - 9}l6 10h-12z`, fill: paint("warning") }),
    svg("path", { d: `M${at} ${top - 5.5}v3`, stroke: paint("paper"), "stroke-width": 1.4, fill: "none" }),
    svg("path", { d: `M${at} ${top - 1.4}v1`, stroke: paint("paper"), "stroke-width": 1.4, fill: "none" }),
  );
}

/** The entries by row, each with the place where it begins. */
function legendRows(
  legend: readonly LegendEntry[],
  width: number,
): { readonly entry: LegendEntry; readonly x: number }[][] {
  const rows: { entry: LegendEntry; x: number }[][] = [];
  let x = Infinity;
  for (const entry of legend) {
    const space = 26 + textWidth(entry.name) + 14;
    if (x + space > width) {
      rows.push([]);
      x = 12;
    }
    rows.at(-1)?.push({ entry, x });
    x += space;
  }
  return rows;
}

function drawLegend(legend: readonly LegendEntry[], width: number, top: number): SvgNode[] {
  return legendRows(legend, width).flatMap((row, i) =>
    row.map(({ entry, x }) =>
      svg(
        "g",
        { transform: `translate(${px(x)} ${top + 8 + i * LEGEND_LINE})` },
        drawSwatch(entry),
        svg("text", { x: 26, y: 4 }, entry.name),
      ),
    ),
  );
}

/** A sample of how a series is drawn, 20 wide, around the height 0. */
export function drawSwatch({ colour, style }: LegendEntry): SvgNode {
  if (style === "area")
    return svg("rect", { x: 2, y: -6, width: 16, height: 12, rx: 2, fill: paint(colour), "fill-opacity": 0.8 });
  const mark = style === "dots" || style === "points";
  return svg(
    "g",
    {},
    style !== "points" &&
      svg("line", {
        x1: 0,
        x2: 20,
        y1: 0,
        y2: 0,
        stroke: paint(colour),
        "stroke-width": style === "faint" ? 1.2 : 2.2,
        ...(style === "dashed" ? { "stroke-dasharray": "5 3" } : {}),
      }),
    mark && svg("circle", { cx: 10, cy: 0, r: style === "points" ? 4 : 3.2, fill: paint(colour) }),
  );
}
