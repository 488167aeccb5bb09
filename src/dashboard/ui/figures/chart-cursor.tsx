import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import type { Layout, Reading, Series } from "../../../figures/index.ts";

export interface ChartCursorProps {
  readonly name: string;
  readonly layout: Layout;
  readonly reading: Reading | null;
  readonly steps: readonly Series[];
  readonly text: string;
  /** Values stand on top of each other: a dot at each would lie. */
  readonly stacked: boolean;
  /** Null: nothing is pointed at any more. */
  readonly onMove: (x: number | null) => void;
}

/** Lies over a plot: follows the pointer, and with the arrow keys goes from step to step. */
export function ChartCursor({ name, layout, reading, steps, text, stacked, onMove }: ChartCursorProps): VNode {
  const { plot, xDomain } = layout;
  const point = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onMove(xDomain[0] + ((event.clientX - box.left) / box.width) * (xDomain[1] - xDomain[0]));
  };
  const press = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const to = keyTarget(event.key, reading?.x ?? null, steps, xDomain);
    if (to === undefined) return;
    event.preventDefault();
    onMove(to);
  };
  const leave = (): void => onMove(null);
  return (
    <>
      {reading !== null && (
        <svg class="cursor-marks" aria-hidden="true">
          <line
            x1={layout.x(reading.x)}
            x2={layout.x(reading.x)}
            y1={plot.top}
            y2={plot.top + plot.height}
            stroke="var(--muted)"
          />
          {!stacked &&
            reading.values.map(
              ({ series, value }) =>
                value !== null && (
                  <circle
                    key={series.name}
                    cx={layout.x(reading.x)}
                    cy={layout.y(value)}
                    r="4"
                    fill={`var(--${series.colour})`}
                    stroke="var(--paper)"
                    stroke-width="1.5"
                  />
                ),
            )}
        </svg>
      )}
      <div
        class="cursor"
        role="slider"
        tabIndex={0}
        aria-label={`Read ${name}`}
        aria-valuemin={xDomain[0]}
        aria-valuemax={xDomain[1]}
        aria-valuenow={reading?.x ?? xDomain[1]}
        aria-valuetext={text === "" ? `Arrow keys read the values, step ${xDomain[0]} to ${xDomain[1]}` : text}
        style={{ left: `${plot.left}px`, top: `${plot.top}px`, width: `${plot.width}px`, height: `${plot.height}px` }}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={leave}
        onBlur={leave}
        onKeyDown={press}
      />
    </>
  );
}

/** Where a key leads; null to nothing; undefined where the key isn't ours. */
function keyTarget(
  key: string,
  at: number | null,
  series: readonly Series[],
  [low, high]: readonly [number, number],
): number | null | undefined {
  if (key === "Escape") return null;
  if (key === "Home") return low;
  if (key === "End") return high;
  const far = (high - low) / 10;
  if (key === "PageUp") return Math.max(low, (at ?? high) - far);
  if (key === "PageDown") return Math.min(high, (at ?? low) + far);
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  if (at === null) return key === "ArrowLeft" ? high : low;
  const xs = series.filter(({ style }) => style !== "faint").flatMap(({ x }) => x);
  return key === "ArrowLeft"
    ? xs.reduce((best, x) => (x < at && x > best ? x : best), low)
    : xs.reduce((best, x) => (x > at && x < best ? x : best), high);
}
