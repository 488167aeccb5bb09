import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import type { Layout, Reading } from "../../figures/index.ts";

export interface FigureReaderProps {
  readonly layout: Layout;
  readonly reading: Reading | null;
  /** Said of the figure, and of what is read. */
  readonly label: string;
  readonly text: string;
  /** Null: nothing is pointed at any more. */
  readonly onRead: (x: number | null) => void;
}

/** Lies over a figure: follows the pointer, and with the arrow keys goes from step to step. */
export function FigureReader({ layout, reading, label, text, onRead }: FigureReaderProps): VNode {
  const { plot, xDomain } = layout;
  const [first, last] = xDomain;
  const point = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    onRead(first + part * (last - first));
  };
  const press = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    const to = keyedStep(event.key, reading?.x ?? null, xDomain);
    if (to === undefined) return;
    event.preventDefault();
    onRead(to);
  };
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
        </svg>
      )}
      <div
        class="cursor"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={first}
        aria-valuemax={last}
        aria-valuenow={reading?.x ?? last}
        aria-valuetext={text}
        style={{ left: `${plot.left}px`, top: `${plot.top}px`, width: `${plot.width}px`, height: `${plot.height}px` }}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => onRead(null)}
        onBlur={() => onRead(null)}
        onKeyDown={press}
      />
    </>
  );
}

/** The step that a key leads to; null to none; undefined where the key isn't ours. */
function keyedStep(key: string, at: number | null, [first, last]: Layout["xDomain"]): number | null | undefined {
  switch (key) {
    case "Escape":
      return null;
    case "Home":
      return first;
    case "End":
      return last;
    case "ArrowLeft":
      return Math.max(first, (at ?? last + 1) - 1);
    case "ArrowRight":
      return Math.min(last, (at ?? first - 1) + 1);
    default:
      return undefined;
  }
}
