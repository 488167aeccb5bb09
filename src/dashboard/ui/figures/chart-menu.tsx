import type { TargetedEvent, TargetedFocusEvent, TargetedKeyboardEvent, VNode } from "preact";
import { useState } from "preact/hooks";
import type { SvgNode } from "../../../figures/index.ts";
import { drawingFile, drawingPixels, saveFile } from "./take-away.ts";

export interface ChartMenuProps {
  /** The chart's title. */
  readonly name: string;
  readonly fileName: string;
  readonly drawing: () => SvgNode;
  readonly csv: () => string;
}

/** Takes a chart away as SVG, PNG or CSV. */
export function ChartMenu({ name, fileName, drawing, csv }: ChartMenuProps): VNode {
  const [failure, setFailure] = useState("");
  const take = (event: TargetedEvent<HTMLButtonElement>, work: () => void | Promise<void>): void => {
    const menu = event.currentTarget.closest("details");
    setFailure("");
    void (async () => {
      try {
        await work();
        menu?.removeAttribute("open");
      } catch (error) {
        setFailure(error instanceof Error ? error.message : String(error));
      }
    })();
  };
  const leave = (event: TargetedFocusEvent<HTMLDetailsElement>): void => {
    if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget))
      event.currentTarget.removeAttribute("open");
  };
  const press = (event: TargetedKeyboardEvent<HTMLDetailsElement>): void => {
    if (event.key !== "Escape") return;
    event.currentTarget.removeAttribute("open");
    event.currentTarget.querySelector("summary")?.focus();
  };
  return (
    <details class="menu" onFocusOut={leave} onKeyDown={press}>
      <summary aria-label={`Take away: ${name}`} title="Take away">
        <svg
          width="16"
          height="16"
          viewBox="0 0 16 16"
          aria-hidden="true"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-linecap="round"
          stroke-linejoin="round"
        >
          <path d="M8 2v8m-3-3 3 3 3-3M3 13h10" />
        </svg>
      </summary>
      <div class="menu-body">
        <button
          type="button"
          onClick={(event) => take(event, () => saveFile(`${fileName}.svg`, drawingFile(drawing())))}
        >
          SVG
        </button>
        <button
          type="button"
          onClick={(event) => take(event, async () => saveFile(`${fileName}.png`, await drawingPixels(drawing())))}
        >
          PNG
        </button>
        <button
          type="button"
          onClick={(event) => take(event, () => saveFile(`${fileName}.csv`, new Blob([csv()], { type: "text/csv" })))}
        >
          CSV
        </button>
        {failure !== "" && <p role="alert">{failure}</p>}
      </div>
    </details>
  );
}
