import type { VNode } from "preact";
import {
  differenceText,
  drawSwatch,
  formatValue,
  heldOutRows,
  type ComparedRun,
  type HeldOutRow,
} from "../../../figures/index.ts";
import type { RunDetail } from "../../api.ts";
import { Drawing } from "../figures/drawing.tsx";
import { runAddress } from "../shell/route.ts";
import { StateBadge } from "../shell/state-badge.tsx";
import { Terms } from "../shell/term.tsx";
import { numberText, shareText } from "../shell/words.ts";

interface ComparedTableProps {
  readonly runs: readonly RunDetail[];
  readonly compared: readonly ComparedRun[];
}

/** What the runs reached on held-out problems, and how far they are apart; then each run. */
export function ComparedTable({ runs, compared }: ComparedTableProps): VNode {
  const rows = heldOutRows(compared);
  return (
    <>
      {rows.length > 0 && (
        <table class="compared">
          <caption>
            <Terms text="Right answers on held-out problems, with 95 % intervals" />
          </caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" class="number">
                Before
              </th>
              <th scope="col" class="number">
                Newest
              </th>
              <th scope="col" class="number">
                At step
              </th>
              <th scope="col">Difference from the first</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <HeldOut key={row.experiment.name} row={row} />
            ))}
          </tbody>
        </table>
      )}
      <table class="compared">
        <caption>The runs, and the training rollouts of their last step</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Right, last step
            </th>
            <th scope="col" class="number">
              Length, last step
            </th>
            <th scope="col" class="number">
              Steps
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <a href={runAddress(run.id)}>
                  <bdi>{run.id}</bdi>
                </a>
              </th>
              <td data-label="State">
                <StateBadge state={run.state} />
              </td>
              <td class="number" data-label="Right, last step">
                {shareText(run.metrics.at(-1)?.accuracy ?? run.stepAccuracy)}
              </td>
              <td class="number" data-label="Length, last step">
                {numberText(run.metrics.at(-1)?.emergence.meanLength ?? run.stepLength)}
              </td>
              <td class="number" data-label="Steps">
                {run.steps}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function HeldOut({ row: { experiment, before, now, step, difference } }: { readonly row: HeldOutRow }): VNode {
  return (
    <tr>
      <th scope="row">
        <svg width="20" height="14" viewBox="0 -7 20 14" aria-hidden="true">
          <Drawing node={drawSwatch(experiment)} />
        </svg>{" "}
        <bdi>{experiment.name}</bdi>
      </th>
      <td class="number" data-label="Before">
        {shareText(before)}
      </td>
      <td class="number" data-label="Newest">
        <b>{shareText(now.value)}</b>{" "}
        <span class="faint">
          [{formatValue("percent", now.low).replace(" %", "")}, {formatValue("percent", now.high)}]
        </span>
      </td>
      <td class="number" data-label="At step">
        {step}
      </td>
      <td data-label="Difference">
        {difference === null ? (
          <span class="faint">–</span>
        ) : (
          <>
            {differenceText(difference)} <span class="faint">{difference.how}</span>
          </>
        )}
      </td>
    </tr>
  );
}
