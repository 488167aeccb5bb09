import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useState } from "preact/hooks";
import type { Layout, Range, Reading, Series } from "../../../figures/index.ts";

/** Pixels from which a drag is meant as one. */
const SHORTEST_DRAG = 6;

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
  /** Shows a part of the steps alone; null: all of them. */
  readonly onZoom: (range: Range | null) => void;
}

/** Lies over a plot: follows the pointer, and with the arrow keys goes from step to step. */
export function ChartCursor({ name, layout, reading, steps, text, stacked, onMove, onZoom }: ChartCursorProps): VNode {
  const { plot, xDomain } = layout;
  const [drag, setDrag] = useState<Range | null>(null);
  const xOf = (event: TargetedPointerEvent<HTMLDivElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return xDomain[0] + part * (xDomain[1] - xDomain[0]);
  };
  const point = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const x = xOf(event);
    onMove(x);
    if (drag !== null) setDrag([drag[0], x]);
  };
  const begin = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    point(event);
    // A finger scrolls the page; the keys + and - zoom there.
    if (event.pointerType === "touch" || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag([xOf(event), xOf(event)]);
  };
  const end = (): void => {
    if (drag === null) return;
    setDrag(null);
    const range = [Math.min(...drag), Math.max(...drag)] as const;
    if (layout.x(range[1]) - layout.x(range[0]) >= SHORTEST_DRAG) onZoom(range);
  };
  const press = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const zoomed = zoomTarget(event.key, reading?.x ?? null, xDomain);
    if (zoomed !== undefined) {
      event.preventDefault();
      return onZoom(zoomed);
    }
    const to = keyTarget(event.key, reading?.x ?? null, steps, xDomain);
    if (to === undefined) return;
    event.preventDefault();
    onMove(to);
  };
  const leave = (): void => {
    if (drag === null) onMove(null);
  };
  return (
    <>
      {drag !== null && (
        <svg class="cursor-marks" aria-hidden="true">
          <rect
            x={layout.x(Math.min(...drag))}
            width={layout.x(Math.max(...drag)) - layout.x(Math.min(...drag))}
            y={plot.top}
            height={plot.height}
            fill="var(--accent)"
            fill-opacity="0.15"
          />
        </svg>
      )}
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
        aria-valuetext={
          text === ""
            ? `Arrow keys read the values, ${xDomain[0]} to ${xDomain[1]}; plus and minus zoom, 0 shows all`
            : text
        }
        style={{ left: `${plot.left}px`, top: `${plot.top}px`, width: `${plot.width}px`, height: `${plot.height}px` }}
        onPointerMove={point}
        onPointerDown={begin}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={leave}
        onBlur={leave}
        onKeyDown={press}
      />
    </>
  );
}

/** What + and - show around the place that is read, 0 shows all again; undefined where the key is another. */
function zoomTarget(key: string, at: number | null, [low, high]: Range): Range | null | undefined {
  if (key === "0") return null;
  if (key !== "+" && key !== "=" && key !== "-") return undefined;
  const middle = at ?? (low + high) / 2;
  if (key === "-") return [middle - (high - low), middle + (high - low)];
  const reach = Math.max(1, (high - low) / 4);
  return [Math.max(low, middle - reach), Math.min(high, middle + reach)];
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
