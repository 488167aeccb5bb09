import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { ClaimTable, Figure } from "../../claims/claim-result.ts";
import { Drawing } from "../../dashboard/ui/figures/drawing.tsx";
import { Legend } from "../../dashboard/ui/figures/legend.tsx";
import { usePlace } from "../../dashboard/ui/figures/use-width.ts";
import { barChart, type BarSeries } from "../../draw/bar-chart.ts";
import { seriesColour } from "../../draw/palette.ts";
import { say, type TextName } from "../words/say.ts";
import { evidenceText } from "./evidence-text.ts";
import type { ShownClaim } from "./shown-claim.ts";

const HEIGHT = 230;

const CONCLUSIONS: Readonly<Record<ShownClaim["conclusion"], TextName>> = {
  reproduced: "rest.reproduced",
  "not reproduced": "rest.notReproduced",
  inconclusive: "rest.inconclusive",
};

export interface ClaimEvidenceProps {
  readonly claim: ShownClaim;
  /** Whether the table is shown: where there is nothing to play. */
  readonly table: boolean;
}

/** What docs/claims measured of a claim: its figures, each bar with its interval, and the command that makes them. */
export function ClaimEvidence({ claim, table }: ClaimEvidenceProps): VNode {
  const { figures, tables, seeds, command, conclusion } = claim;
  return (
    <div class="claim-evidence">
      <h4>{say("rest.evidence", { seeds: seeds.length, conclusion: say(CONCLUSIONS[conclusion]) })}</h4>
      {figures.map((figure) => (
        <ClaimBars key={figure.name} figure={figure} />
      ))}
      {table && tables.map((one) => <EvidenceTable key={one.title} table={one} />)}
      <p class="faint made-by">
        {say("rest.madeBy")} <code>{command}</code>
      </p>
    </div>
  );
}

function ClaimBars({
  figure: { title: titled, series, labels: labelled = [], x, y, percent = false },
}: {
  readonly figure: Figure;
}): VNode {
  const title = evidenceText(titled);
  const labels = labelled.map(evidenceText);
  const place = useRef<HTMLDivElement>(null);
  const { width } = usePlace(place);
  const bars = series.map(({ name, points }, i): BarSeries => {
    const byGroup = labels.map((_, group) => points.find((point) => point.x === group));
    return {
      name: evidenceText(name),
      colour: seriesColour(i),
      y: byGroup.map((point) => point?.y ?? null),
      low: byGroup.map((point) => point?.low ?? null),
      high: byGroup.map((point) => point?.high ?? null),
    };
  });
  return (
    <figure class="played-figure">
      <h5>{title}</h5>
      <Legend
        entries={bars.map(({ name, colour }) => ({ name, colour, style: "area" }))}
        areas
        values={bars.map(() => "")}
        at={null}
      />
      <div ref={place}>
        {width > 0 && (
          <Drawing
            node={
              barChart(bars, {
                width,
                height: HEIGHT,
                label: labelOf(title, labels, bars),
                xTitle: evidenceText(x),
                unit: evidenceText(y),
                xLabels: labels,
                ...(percent ? { format: "percent", yTo: 1 } : { format: "count" }),
              }).node
            }
          />
        )}
      </div>
    </figure>
  );
}

/** Every bar in words, for who doesn't see it. */
function labelOf(title: string, labels: readonly string[], bars: readonly BarSeries[]): string {
  const told = bars.map(
    ({ name, y }) => `${name}: ${labels.map((label, i) => `${label} ${shareText(y[i] ?? null)}`).join(", ")}.`,
  );
  return [`${title}.`, ...told].join(" ");
}

function shareText(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(1)} %`;
}

function EvidenceTable({ table }: { readonly table: ClaimTable }): VNode {
  const title = evidenceText(table.title);
  const columns = table.columns.map(evidenceText);
  const rows = table.rows.map((cells) => cells.map(evidenceText));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr key={cells[0]}>{cells.map((cell, i) => (i === 0 ? <th scope="row">{cell}</th> : <td>{cell}</td>))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
