import type { TargetedPointerEvent, VNode } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { EFFORT_MAP, formatValue, fullTitle, heatMap, heatMapCsv, type HeatMapData } from "../../../figures/index.ts";
import { Terms } from "../shell/term.tsx";
import { ChartMenu } from "./chart-menu.tsx";
import { Drawing } from "./drawing.tsx";
import { usePlace } from "./use-width.ts";

export interface EffortFigureProps {
  readonly data: HeatMapData;
  readonly height: number;
  readonly fileName: string;
  readonly version: number;
}

/** The heat map of length over difficulty and step. Its values are read by pointing, or from the table below it. */
export function EffortFigure({ data, height, fileName, version }: EffortFigureProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const [cell, setCell] = useState<{ readonly column: number; readonly row: number } | null>(null);
  const drawn = useMemo(
    () => (width === 0 ? null : heatMap(data, { width, height, format: "count", label: fullTitle(EFFORT_MAP) })),
    [width, height, version],
  );
  const point = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    if (drawn === null) return;
    const box = event.currentTarget.getBoundingClientRect();
    const { plot } = drawn.layout;
    const column = Math.floor(((event.clientX - box.left - plot.left) / plot.width) * drawn.columns.length);
    const row = Math.floor((1 - (event.clientY - box.top - plot.top) / plot.height) * data.rows.length);
    setCell(
      column < 0 || row < 0 || column >= drawn.columns.length || row >= data.rows.length ? null : { column, row },
    );
  };
  const seen = cell === null ? undefined : drawn?.columns[cell.column];
  const first = drawn?.columns[0];
  const last = drawn?.columns.at(-1);
  return (
    <figure class="chart wide" aria-labelledby="chart-lengthByDifficulty">
      <header>
        <div>
          <h3 id="chart-lengthByDifficulty" tabIndex={-1}>
            {EFFORT_MAP.title}
          </h3>
          <p class="unit">
            <Terms text={EFFORT_MAP.unit} most={1} />
          </p>
        </div>
        <ChartMenu
          name={EFFORT_MAP.title}
          fileName={`${fileName}-${EFFORT_MAP.id}`}
          drawing={() =>
            heatMap(data, {
              width: 720,
              height: 380,
              title: EFFORT_MAP.title,
              unit: EFFORT_MAP.unit,
              format: "count",
              label: fullTitle(EFFORT_MAP),
            }).node
          }
          csv={() => heatMapCsv(data)}
        />
      </header>
      <p class="reading">
        {seen === undefined || cell === null
          ? " "
          : `${seen.from === seen.to ? `step ${seen.from}` : `steps ${seen.from} to ${seen.to}`}, difficulty ${data.rows[cell.row]}: ${(seen.values[cell.row] ?? null) === null ? "none seen" : `${formatValue("count", seen.values[cell.row])} tokens`}`}
      </p>
      <div class="plot" ref={place} data-height={height} onPointerMove={point} onPointerLeave={() => setCell(null)}>
        {drawn !== null && <Drawing node={drawn.node} />}
      </div>
      <figcaption>
        {EFFORT_MAP.healthy}
        {first !== undefined && last !== undefined && (
          <details class="inline">
            <summary>First and last in numbers</summary>
            <table>
              <thead>
                <tr>
                  <th scope="col">Difficulty</th>
                  <th scope="col">From step {first.from}</th>
                  <th scope="col">To step {last.to}</th>
                </tr>
              </thead>
              <tbody>
                {data.rows.map((name, row) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>{formatValue("count", first.values[row])}</td>
                    <td>{formatValue("count", last.values[row])}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </figcaption>
    </figure>
  );
}
