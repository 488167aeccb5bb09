import type { VNode } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { Drawing } from "../../dashboard/ui/figures/drawing.tsx";
import { usePlace } from "../../dashboard/ui/figures/use-width.ts";
import { paint } from "../../draw/palette.ts";
import { px, svg, type SvgNode } from "../../draw/svg-node.ts";
import { drawChart, drawSwatch, formatValue, legendOf, readAt, type DrawnChart } from "../../figures/index.ts";
import { FigureReader } from "./figure-reader.tsx";
import type { Milestone } from "./milestones.ts";
import type { StageSeries } from "./stage-series.ts";

/** In pixels. */
const HEIGHT = 156;

export interface StageFigureProps {
  readonly name: string;
  readonly title: string;
  readonly drawn: StageSeries;
  /** Of this figure, each with its number in the list of all. */
  readonly milestones: readonly (Milestone & { readonly number: number })[];
  /** Of each series, in words. */
  readonly values: readonly string[];
  /** Said to those who don't see it. */
  readonly label: string;
  readonly xTitle: string;
  /** What the place is called that is pointed at: `step 7`. */
  readonly placeText: (step: number) => string;
  /** Changes when what is drawn does. */
  readonly version: string;
}

/** One of the paper's two figures as far as it has grown, with the milestones written into it. */
export function StageFigure(props: StageFigureProps): VNode {
  const { name, title, drawn, milestones, values, label, xTitle, placeText, version } = props;
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const [at, setAt] = useState<number | null>(null);
  const chart = useMemo(
    () => (width === 0 ? null : drawChart(drawn.description, drawn.series, { width, height: HEIGHT, xTitle })),
    [width, version, xTitle],
  );
  const reading = at === null ? null : readAt(drawn.series, at);
  const read = reading?.values.map(({ value }) => formatValue(drawn.description.format, value)) ?? values;
  const entries = legendOf(drawn.series);
  return (
    <figure class="stage-figure" aria-labelledby={`figure-${name}`}>
      <figcaption>
        <h3 id={`figure-${name}`}>{title}</h3>
        <ul class="legend">
          {entries.map((entry, i) => (
            <li key={entry.name}>
              <svg width="20" height="14" viewBox="0 -7 20 14" aria-hidden="true">
                <Drawing node={drawSwatch(entry)} />
              </svg>
              {entry.name} <b>{read[i]}</b>
            </li>
          ))}
          <li class="at">{reading === null ? "" : placeText(reading.x)}</li>
        </ul>
      </figcaption>
      <div class="plot" ref={place}>
        {chart !== null && <Drawing node={labelled(withMilestones(chart, milestones), label)} />}
        {chart !== null && entries.length > 0 && (
          <FigureReader
            layout={chart.layout}
            reading={reading}
            label={title}
            text={
              reading === null
                ? label
                : `${placeText(reading.x)}: ${entries.map(({ name: of }, i) => `${of} ${read[i]}`).join(", ")}`
            }
            onRead={setAt}
          />
        )}
      </div>
    </figure>
  );
}

function withMilestones({ node, layout }: DrawnChart, milestones: StageFigureProps["milestones"]): SvgNode {
  const { top, height } = layout.plot;
  const marks = milestones.map(({ step, value, number }) => {
    const x = px(layout.x(step));
    const y = px(layout.y(value));
    // Above the curve where there is room for the sign, below it otherwise.
    const signAt = y - 20 > top ? y - 18 : y + 18;
    return svg(
      "g",
      {},
      svg("line", { x1: x, x2: x, y1: y, y2: Math.min(signAt, top + height), stroke: paint("muted") }),
      svg("circle", { cx: x, cy: y, r: 3.5, fill: paint("paper"), stroke: paint("ink"), "stroke-width": 1.5 }),
      svg("circle", { cx: x, cy: signAt, r: 8, fill: paint("ink") }),
      svg(
        "text",
        {
          x,
          y: signAt + 4,
          "text-anchor": "middle",
          "font-weight": 700,
          fill: paint("paper"),
        },
        String(number),
      ),
    );
  });
  return { ...node, children: [...node.children, ...marks] };
}

function labelled(node: SvgNode, label: string): SvgNode {
  return { ...node, attributes: { ...node.attributes, "aria-label": label } };
}
