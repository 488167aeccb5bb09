import type { ComponentChildren, VNode } from "preact";
import { useContext, useMemo, useRef, useState } from "preact/hooks";
import {
  chartCsv,
  drawChart,
  formatTick,
  formatValue,
  fullTitle,
  legendOf,
  readAt,
  VERDICT_WORDS,
  withinRange,
  type ChartDescription,
  type ChartVerdict,
  type DrawnChart,
  type Level,
  type Mark,
  type Range,
  type Reading,
  type Series,
} from "../../../figures/index.ts";
import type { TermName } from "../../text/glossary/terms.ts";
import { termsIn } from "../../text/glossary/with-terms.ts";
import { PageGlossary } from "../shell/glossary.ts";
import { Terms } from "../shell/term.tsx";
import { ChartCursor } from "./chart-cursor.tsx";
import { ChartMenu } from "./chart-menu.tsx";
import { Drawing } from "./drawing.tsx";
import { Legend } from "./legend.tsx";
import { useDue } from "./use-due.ts";
import { usePlace } from "./use-width.ts";

export interface ChartFigureProps {
  readonly description: ChartDescription;
  readonly series: readonly Series[];
  readonly levels?: readonly Level[];
  readonly marks?: readonly Mark[];
  /** How it looks now. */
  readonly verdict?: ChartVerdict | null;
  /** What stands on the x axis; steps where absent. */
  readonly xTitle?: string;
  /** In pixels. */
  readonly height: number;
  /** Begins the names of files that are taken away. */
  readonly fileName: string;
  /** Changes when the series do. */
  readonly version: number | string;
  readonly children?: ComponentChildren;
}

/** Words that stand in most figures: their headings alone explain them. */
const EVERYDAY: readonly TermName[] = ["policy", "completion", "token", "group", "reward", "baseModel"];

/** The size of a drawing that is taken away. */
const FILE_SIZE = { width: 720, height: 380, framed: true } as const;

/** A chart with its title, its sentence, a legend that reads out values, and its menu. */
export function ChartFigure({
  description,
  series,
  levels = [],
  marks = [],
  verdict = null,
  xTitle = "step",
  height,
  fileName,
  version,
  children,
}: ChartFigureProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const { width, near } = usePlace(place);
  const [at, setAt] = useState<number | null>(null);
  const [zoom, setZoom] = useState<Range | null>(null);
  const due = useDue(near, version);
  const last = useRef<{ readonly key: string; readonly look: string; readonly drawn: DrawnChart } | null>(null);
  const shown = useMemo(() => (zoom === null ? series : withinRange(series, zoom)), [zoom, series]);
  // What may never be stale: which series a drawing has, in which colours, over what.
  const look = `${width} ${xTitle} ${zoom?.join() ?? ""} ${series.map(({ name, colour }) => `${name} ${colour}`).join()}`;
  const key = `${look} ${height} ${version}`;
  const drawn = useMemo(() => {
    if (width === 0) return null;
    // Far from the screen a chart keeps its last drawing until it comes near.
    if (last.current !== null && (last.current.key === key || (!due && last.current.look === look)))
      return last.current.drawn;
    const fresh = drawChart(description, shown, { width, height, levels, marks, xTitle });
    last.current = { key, look, drawn: fresh };
    return fresh;
  }, [key, due]);
  const reading = at === null ? null : readAt(shown, at);
  const latest = useMemo(() => latestReading(series), [version]);
  const inTitle = termsIn(description.title, useContext(PageGlossary), { most: 1 });
  const titleId = `chart-${description.id}`;
  return (
    <figure class="chart" aria-labelledby={titleId}>
      <header>
        <div>
          <h3 id={titleId} tabIndex={-1}>
            <Terms text={description.title} most={1} />
          </h3>
          <p class="unit">
            <Terms text={description.unit} most={1 - inTitle.length} />
          </p>
        </div>
        <ChartMenu
          name={description.title}
          fileName={`${fileName}-${description.id}`}
          drawing={() => drawChart(description, shown, { ...FILE_SIZE, levels, marks, xTitle }).node}
          csv={() => chartCsv(series)}
        />
      </header>
      <Legend
        entries={legendOf(series)}
        areas={description.kind === "areas"}
        values={(reading ?? latest)?.values.map((value) => valueText(description, value)) ?? []}
        at={reading === null ? null : placeText(xTitle, reading.x)}
      />
      <div class="plot" ref={place} data-height={height}>
        {drawn !== null && <Drawing node={drawn.node} />}
        {drawn !== null && series.length > 0 && (
          <ChartCursor
            name={fullTitle(description)}
            layout={drawn.layout}
            reading={reading}
            steps={shown}
            text={reading === null ? "" : readingText(description, xTitle, reading)}
            stacked={description.kind === "areas"}
            onMove={setAt}
            onZoom={(range) => {
              // Between two steps there is nothing to see.
              if (range === null || withinRange(series, range).some(({ x }) => x.length > 1)) setZoom(range);
            }}
          />
        )}
        {zoom !== null && (
          <button type="button" class="reset-zoom" onClick={() => setZoom(null)}>
            Show all
          </button>
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
        {verdict !== null && (
          <p class={`verdict-now ${verdict.kind}`}>
            <b>{VERDICT_WORDS[verdict.kind]}:</b> {verdict.text}.
          </p>
        )}
        <Terms text={description.healthy} most={1} without={[...inTitle, ...EVERYDAY]} />
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

/** `step 12`, `minutes of training 3.5` */
function placeText(xTitle: string, x: number): string {
  return `${xTitle} ${formatTick("count", x)}`;
}

function readingText(description: ChartDescription, xTitle: string, { x, values }: Reading): string {
  const place = placeText(xTitle, x);
  return `${place.charAt(0).toUpperCase()}${place.slice(1)}: ${values
    .filter(({ value }) => value !== null)
    .map((value) => `${value.series.name} ${valueText(description, value)}`)
    .join(", ")}`;
}
