import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { barChart, formatTick, formatValue } from "../../../figures/index.ts";
import type { Distribution } from "../../api.ts";
import { Terms } from "../shell/term.tsx";
import { Drawing } from "./drawing.tsx";
import { Legend } from "./legend.tsx";
import { usePlace } from "./use-width.ts";

const TITLES: Readonly<Record<Distribution["name"], string>> = {
  reward: "Rewards",
  advantage: "Advantages",
  length: "Lengths in tokens",
};
const HEIGHT = 200;
/** Bins between two numbers below the bars. */
const LABELLED = 5;

interface HistogramFigureProps {
  readonly distribution: Distribution;
  readonly step: number;
}

/** How a step's rollouts are spread, beside those of the first step. */
export function HistogramFigure({ distribution: { name, edges, first, now }, step }: HistogramFigureProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const series = [
    { name: "first step", colour: "chart-2" as const, y: shares(first) },
    { name: `step ${step}`, colour: "chart-1" as const, y: shares(now) },
  ];
  const node = useMemo(() => {
    if (width === 0) return null;
    const xLabels = first.map((_, i) =>
      i % LABELLED === 0 || first.length === 1 ? formatTick("count", rounded((edges[i]! + edges[i + 1]!) / 2)) : "",
    );
    const label = `${TITLES[name]}, share of the completions by value: see the table below.`;
    return barChart(series, { width, height: HEIGHT, format: "percent", label, xLabels, xTitle: name }).node;
  }, [width, step, edges, first, now]);
  return (
    <figure class="chart" aria-labelledby={`histogram-${name}`}>
      <header>
        <div>
          <h3 id={`histogram-${name}`}>
            <Terms text={TITLES[name]} most={1} />
          </h3>
          <p class="unit">share of the step's completions</p>
        </div>
      </header>
      <Legend
        entries={series.map(({ name: of, colour }) => ({ name: of, colour, style: "area" as const }))}
        areas
        values={[`${total(first)} completions`, `${total(now)} completions`]}
        at={null}
      />
      <div class="plot" ref={place} data-height={HEIGHT}>
        {node !== null && <Drawing node={node} />}
      </div>
      <figcaption>
        <details class="inline">
          <summary>In numbers</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">First step</th>
                <th scope="col">Step {step}</th>
              </tr>
            </thead>
            <tbody>
              {first.map((count, i) => (
                <tr key={i}>
                  <th scope="row">{formatValue("decimal", edges[i]!)}</th>
                  <td>{count}</td>
                  <td>{now[i]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </figcaption>
    </figure>
  );
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function shares(counts: readonly number[]): number[] {
  const all = total(counts);
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

/** To three digits: the middle of a bin is no round number. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
