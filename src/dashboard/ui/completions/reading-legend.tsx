import type { VNode } from "preact";
import type { CompletionSpan } from "../../../emergence/index.ts";
import { isRejection, SPAN_NAMES } from "../../text/span-names.ts";
import { SHADES } from "./shades.ts";

export interface ReadingLegendProps {
  readonly shaded: boolean;
  readonly onShaded: (shaded: boolean) => void;
  /** False where the tokens of the text aren't known. */
  readonly canShade: boolean;
}

const MARKS = Object.entries(SPAN_NAMES) as [CompletionSpan["kind"], string][];

/** What the marks in a completion mean, alone. */
export function MarksLegend(): VNode {
  return (
    <ul aria-label="Marks">
      {MARKS.map(([kind, name]) => {
        const Mark = isRejection(kind) ? "s" : "mark";
        return (
          <li key={kind}>
            <Mark class={`span-${kind}`}>{name}</Mark>
          </li>
        );
      })}
    </ul>
  );
}

/** The same, with what the shading of tokens means. */
export function ReadingLegend({ shaded, onShaded, canShade }: ReadingLegendProps): VNode {
  return (
    <div class="reading-legend">
      <MarksLegend />
      {canShade ? (
        <label class="check">
          <input type="checkbox" checked={shaded} onChange={(event) => onShaded(event.currentTarget.checked)} /> shade
          tokens by their probability
        </label>
      ) : (
        <span class="faint">The tokens can't be told apart in the text: the run's tokenizer can't be read.</span>
      )}
      {canShade && shaded && (
        <ul aria-label="Probability of a token">
          {SHADES.map(([, name, label]) => (
            <li key={name}>
              <span class={`shade ${name}`}>{label}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
