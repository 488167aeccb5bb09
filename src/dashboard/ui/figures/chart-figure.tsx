import type { ComponentChildren, VNode } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import {
  chartCsv,
  drawChart,
  formatValue,
  fullTitle,
  legendOf,
  readAt,
  type ChartDescription,
  type DrawnChart,
  type Level,
  type Mark,
  type Reading,
  type Series,
} from "../../../figures/index.ts";
import { ChartCursor } from "./chart-cursor.tsx";
import { ChartMenu } from "./chart-menu.tsx";
import { Drawing } from "./drawing.tsx";
import { Legend } from "./legend.tsx";
import { usePlace } from "./use-width.ts";

export interface ChartFigureProps {
  readonly description: ChartDescription;
  readonly series: readonly Series[];
  readonly levels?: readonly Level[];
  readonly marks?: readonly Mark[];
  /** In pixels. */
  readonly height: number;
  /** Begins the names of files that are taken away. */
  readonly fileName: string;
  /** Changes when the series do. */
  readonly version: number | string;
  readonly children?: ComponentChildren;
}

/** The size of a drawing that is taken away. */
const FILE_SIZE = { width: 720, height: 380, framed: true } as const;

/** A chart with its title, its sentence, a legend that reads out values, and its menu. */
export function ChartFigure({
  description,
  series,
  levels = [],
  marks = [],
  height,
  fileName,
  version,
  children,
}: ChartFigureProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const { width, near } = usePlace(place);
  const [at, setAt] = useState<number | null>(null);
  const last = useRef<{ readonly key: string; readonly drawn: DrawnChart } | null>(null);
  const key = `${width} ${height} ${version}`;
  const drawn = useMemo(() => {
    if (width === 0) return null;
    // Far from the screen a chart keeps its last drawing until it comes near.
    if (last.current !== null && (last.current.key === key || (!near && last.current.key.startsWith(`${width} `))))
      return last.current.drawn;
    const fresh = drawChart(description, series, { width, height, levels, marks });
    last.current = { key, drawn: fresh };
    return fresh;
  }, [key, near]);
  const reading = at === null ? null : readAt(series, at);
  const latest = useMemo(() => latestReading(series), [version]);
  const titleId = `chart-${description.id}`;
  return (
    <figure class="chart" aria-labelledby={titleId}>
      <header>
        <div>
          <h3 id={titleId} tabIndex={-1}>
            {description.title}
          </h3>
          <p class="unit">{description.unit}</p>
        </div>
        <ChartMenu
          name={description.title}
          fileName={`${fileName}-${description.id}`}
          drawing={() => drawChart(description, series, { ...FILE_SIZE, levels, marks }).node}
          csv={() => chartCsv(series)}
        />
      </header>
      <Legend
        entries={legendOf(series)}
        areas={description.kind === "areas"}
        values={(reading ?? latest)?.values.map((value) => valueText(description, value)) ?? []}
        step={reading === null ? null : reading.x}
      />
      <div class="plot" ref={place} data-height={height}>
        {drawn !== null && <Drawing node={drawn.node} />}
        {drawn !== null && series.length > 0 && (
          <ChartCursor
            name={fullTitle(description)}
            layout={drawn.layout}
            reading={reading}
            steps={series}
            text={reading === null ? "" : readingText(description, reading)}
            stacked={description.kind === "areas"}
            onMove={setAt}
          />
        )}
      </div>
      <figcaption>
        {marks.map(({ x, text }) => (
          <p class="warning" key={x}>
            <span class="sign" aria-hidden="true">
              ▲
            </span>{" "}
            From step {x}: {text}
          </p>
        ))}
        {description.healthy}
        {children}
      </figcaption>
    </figure>
  );
}

/** Each series' last value, for the legend when no step is pointed at. */
function latestReading(series: readonly Series[]): Reading | null {
  const shown = series.filter(({ style }) => style !== "faint");
  if (shown.length === 0) return null;
  return {
    x: Math.max(...shown.map(({ x }) => x.at(-1) ?? 0)),
    values: shown.map((one) => {
      const i = one.y.findLastIndex((value) => value !== null);
      return { series: one, value: one.y[i] ?? null, low: one.low?.[i] ?? null, high: one.high?.[i] ?? null };
    }),
  };
}

function valueText({ format }: ChartDescription, { value, low, high }: Reading["values"][number]): string {
  if (value === null || low === null || high === null) return formatValue(format, value);
  return `${formatValue(format, value)} (${formatValue(format, low).replace(" %", "")}–${formatValue(format, high)})`;
}

function readingText(description: ChartDescription, { x, values }: Reading): string {
  return `Step ${x}: ${values
    .filter(({ value }) => value !== null)
    .map((value) => `${value.series.name} ${valueText(description, value)}`)
    .join(", ")}`;
}
