import { linearScale, roundTicks, SERIES_COLOURS } from "../draw/axis.ts";
import { OptionError } from "../errors.ts";
import type { Figure, Point, Series } from "./claim-result.ts";

const WIDTH = 640;
const HEIGHT = 330;
const PLOT = { left: 64, top: 34, width: 420, height: 240 };

/** A figure as one self-contained SVG: lines with bands, or grouped bars with whiskers. @throws OptionError for a number that isn't finite */
export function drawFigure(figure: Figure): string {
  const points = figure.series.flatMap((series) => series.points);
  for (const { x, y, low = y, high = y } of points) {
    if (![x, y, low, high].every(Number.isFinite))
      throw new OptionError(`Expected finite numbers in the figure ${figure.name}, got ${x}, ${y}, ${low}, ${high}.`);
  }
  if (points.length === 0) throw new OptionError(`Expected points in the figure ${figure.name}, got none.`);
  const scale = scaleOf(figure, points);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" font-family="sans-serif" font-size="12" fill="#333" role="img" aria-label="${escaped(figure.title)}">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${PLOT.left}" y="20" font-weight="bold" font-size="13">${escaped(figure.title)}</text>
${axes(figure, scale)}
${figure.kind === "lines" ? figure.series.map((series, i) => line(series, scale, SERIES_COLOURS[i % SERIES_COLOURS.length]!)).join("\n") : bars(figure, scale)}
${legend(figure)}
</svg>
`;
}

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

function scaleOf(figure: Figure, points: readonly Point[]): Scale {
  const lows = points.map(({ y, low = y }) => low);
  const highs = points.map(({ y, high = y }) => high);
  const yTicks = roundTicks(Math.min(0, ...lows), Math.max(...highs, 0));
  const xs = points.map(({ x }) => x);
  const isBars = figure.kind === "bars";
  const xTicks = isBars ? (figure.labels ?? []).map((_, i) => i) : roundTicks(Math.min(...xs), Math.max(...xs));
  const [x0, x1] = isBars ? [-0.5, (figure.labels?.length ?? 1) - 0.5] : [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [yTicks[0]!, yTicks.at(-1)!];
  const x = linearScale([x0, x1], [PLOT.left, PLOT.left + PLOT.width]);
  const y = linearScale([y0, y1], [PLOT.top + PLOT.height, PLOT.top]);
  return {
    x: (value) => round(x(value)),
    y: (value) => round(y(value)),
    xTicks: xTicks.filter((tick) => tick >= x0 && tick <= x1),
    yTicks,
  };
}

function axes(figure: Figure, { x, y, xTicks, yTicks }: Scale): string {
  const bottom = PLOT.top + PLOT.height;
  const right = PLOT.left + PLOT.width;
  return [
    ...yTicks.map(
      (tick) =>
        `<line x1="${PLOT.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}" stroke="${tick === 0 ? "#666" : "#ddd"}"/><text x="${PLOT.left - 6}" y="${y(tick) + 4}" text-anchor="end">${figure.percent === true ? `${round(tick * 100)} %` : round(tick)}</text>`,
    ),
    ...xTicks.map(
      (tick) =>
        `<text x="${x(tick)}" y="${bottom + 17}" text-anchor="middle">${escaped(figure.kind === "bars" ? (figure.labels?.[tick] ?? "") : String(round(tick)))}</text>`,
    ),
    `<text x="${PLOT.left + PLOT.width / 2}" y="${bottom + 38}" text-anchor="middle">${escaped(figure.x)}</text>`,
    `<text transform="translate(14 ${PLOT.top + PLOT.height / 2}) rotate(-90)" text-anchor="middle">${escaped(figure.y)}</text>`,
  ].join("\n");
}

function line({ points }: Series, { x, y }: Scale, colour: string): string {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const upper = sorted.map((point) => `${x(point.x)},${y(point.high ?? point.y)}`);
  const lower = sorted.map((point) => `${x(point.x)},${y(point.low ?? point.y)}`).reverse();
  const marks =
    sorted.length <= 20
      ? sorted.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3" fill="${colour}"/>`).join("")
      : "";
  return `<polygon points="${[...upper, ...lower].join(" ")}" fill="${colour}" opacity="0.18"/><polyline points="${sorted.map((point) => `${x(point.x)},${y(point.y)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>${marks}`;
}

function bars({ series }: Figure, { x, y }: Scale): string {
  const slot = x(1) - x(0);
  const width = round(Math.min(60, (slot * 0.75) / series.length));
  return series
    .flatMap(({ points }, i) =>
      points.map((point) => {
        const left = round(x(point.x) + (i - series.length / 2) * width);
        const middle = round(left + width / 2);
        const [top, bottom] = [Math.min(y(point.y), y(0)), Math.max(y(point.y), y(0))];
        const whisker =
          point.low === undefined || point.high === undefined
            ? ""
            : `<path d="M${middle} ${y(point.low)}V${y(point.high)}M${middle - 4} ${y(point.low)}h8M${middle - 4} ${y(point.high)}h8" stroke="#333" fill="none"/>`;
        return `<rect x="${left}" y="${top}" width="${width}" height="${round(Math.max(0.5, bottom - top))}" fill="${SERIES_COLOURS[i % SERIES_COLOURS.length]!}"/>${whisker}`;
      }),
    )
    .join("\n");
}

/** Beside the plot; long names go on over several lines. */
function legend({ series }: Figure): string {
  let at = PLOT.top + 6;
  return series
    .map(({ name }, i) => {
      const lines = wrapped(name, 18);
      const text = lines
        .map(
          (part, place) =>
            `<text x="${PLOT.left + PLOT.width + 34}" y="${at + 4 + place * 14}">${escaped(part)}</text>`,
        )
        .join("");
      const mark = `<rect x="${PLOT.left + PLOT.width + 16}" y="${at - 6}" width="12" height="12" fill="${SERIES_COLOURS[i % SERIES_COLOURS.length]!}"/>`;
      at += lines.length * 14 + 8;
      return mark + text;
    })
    .join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) !== "" && `${lines.at(-1)} ${word}`.length > width) lines.push(word);
    else lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines;
}

function round(value: number): number {
  return Number(value.toFixed(Math.abs(value) < 1 ? 3 : 1));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
