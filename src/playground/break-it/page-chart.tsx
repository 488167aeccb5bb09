import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { Drawing } from "../../dashboard/ui/figures/drawing.tsx";
import { Legend } from "../../dashboard/ui/figures/legend.tsx";
import { usePlace } from "../../dashboard/ui/figures/use-width.ts";
import { drawChart, formatValue, legendOf, type ChartDescription, type Series } from "../../figures/index.ts";
import { say } from "../words/say.ts";

export interface PageChartProps {
  readonly title: string;
  readonly unit: string;
  readonly format: "percent" | "count";
  readonly series: readonly Series[];
}

/** Courses over steps, with their last values in the legend. */
export function PageChart({ title, unit, format, series }: PageChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const description: ChartDescription = {
    id: "page",
    group: "paper",
    title,
    unit,
    format,
    kind: "lines",
    healthy: "",
    series: () => series,
    ...(format === "percent" ? { yTo: 1 } : {}),
  };
  const last = series.map(({ y }) => formatValue(format, y.at(-1)));
  return (
    <figure class="page-chart">
      <figcaption>
        {title}, <span class="faint">{unit}</span>
      </figcaption>
      <Legend entries={legendOf(series)} areas={false} values={last} at={null} />
      <div class="plot" ref={place} data-height={200}>
        {width > 0 && (
          <Drawing node={drawChart(description, series, { width, height: 200, xTitle: say("stage.step") }).node} />
        )}
      </div>
    </figure>
  );
}

/** A course that has a value at each step from the first. */
export function course(name: string, y: readonly number[], colour: Series["colour"]): Series {
  return { name, colour, x: y.map((_, i) => i + 1), y, style: "line" };
}
