import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { RunDetail } from "../../api.ts";
import {
  chartVerdict,
  CHARTS,
  chartWords,
  GROUP_TITLES,
  type ChartDescription,
  type ChartGroup,
  type Mark,
} from "../../../figures/index.ts";
import { ChartFigure } from "../figures/chart-figure.tsx";
import { runPath } from "../live/api-client.ts";
import { Notice } from "../shell/notice.tsx";
import { addressOf } from "../shell/route.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { ConfigTable } from "./config-table.tsx";
import { StepDistributions } from "./distributions.tsx";
import { RunTiles } from "./run-tiles.tsx";
import { StateTable } from "./state-table.tsx";

const GROUPS: readonly ChartGroup[] = ["paper", "reward", "update", "ahead", "speed", "fit"];

export interface RunViewProps {
  readonly detail: RunDetail;
  readonly version: number;
  /** Goes to this chart, by its id. */
  readonly chart: string | null;
}

/** A run's figures: the paper's two large, then all others in groups; what went wrong; what it was made of. */
export function RunView({ detail, version, chart }: RunViewProps): VNode {
  const { id, warnings } = detail;
  const groups = useMemo(
    () =>
      GROUPS.map((group) => ({
        group,
        charts: CHARTS.filter((one) => one.group === group)
          .map((description) => ({ description, series: description.series(detail) }))
          .filter(({ series }) => series.length > 0),
      })),
    [version],
  );
  useEffect(() => showChart(chart), [chart]);
  const shown = groups.filter(({ charts }) => charts.length > 0);
  const marksOf = (description: ChartDescription): Mark[] =>
    warnings
      .filter((warning) => chartOf(warning.chart) === description.id)
      .map(({ step, message }) => ({ x: step, text: message }));
  return (
    <>
      {warnings.length > 0 && (
        <section class="warnings" aria-labelledby="warnings">
          <h2 id="warnings">What to look at</h2>
          <ul>
            {warnings.map((warning) => (
              <li key={`${warning.kind} ${warning.step}`}>
                <span class="sign" aria-hidden="true">
                  ▲
                </span>
                <span>
                  <PlainText text={warning.message} /> Since step {warning.step}.{" "}
                  {isEmergence(warning.chart) ? (
                    <a href={addressOf("run", id, "emergence")}>See the chart</a>
                  ) : (
                    <a
                      href={`${addressOf("run", id)}?chart=${encodeURIComponent(chartOf(warning.chart))}`}
                      onClick={() => showChart(chartOf(warning.chart))}
                    >
                      See the chart
                    </a>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <RunTiles detail={detail} />
      {detail.steps === 0 && (
        <Notice>
          {detail.state === "running"
            ? "No step is done yet; the figures appear by themselves."
            : "This run has no steps."}
        </Notice>
      )}
      {shown.map(({ group, charts }) => (
        <section key={group} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{GROUP_TITLES[group]}</h2>
          <div class={group === "paper" ? "charts large" : "charts"}>
            {charts.map(({ description, series }) => (
              <ChartFigure
                key={description.id}
                description={{ ...description, healthy: chartWords(description, detail) }}
                series={series}
                levels={description.levels?.(detail) ?? []}
                marks={marksOf(description)}
                verdict={chartVerdict(description, detail, warnings)}
                height={group === "paper" ? 300 : 200}
                fileName={id}
                version={version}
              />
            ))}
          </div>
        </section>
      ))}
      <StepDistributions detail={detail} />
      <section aria-labelledby="take-away">
        <h2 id="take-away">Take it away</h2>
        <p class="exports">
          <Export run={id} file="report.html" name="Report" hint="one page that needs no network" />
          <Export run={id} file="metrics.csv" name="Figures" hint="CSV" />
          <Export run={id} file="events.tfevents" name="Figures" hint="TensorBoard" />
          {detail.fit.length === 0 && <Export run={id} file="rollouts.jsonl" name="Rollouts" hint="JSON lines" />}
          {detail.fit.length === 0 && <Export run={id} file="rollouts.parquet" name="Rollouts" hint="Parquet" />}
        </p>
      </section>
      <section aria-labelledby="history">
        <h2 id="history">History and settings</h2>
        <div class="halves">
          <StateTable states={detail.states} evaluations={detail.evaluations} />
          <details class="card">
            <summary>Configuration</summary>
            <ConfigTable config={detail.config} />
          </details>
        </div>
      </section>
    </>
  );
}

function Export({
  run,
  file,
  name,
  hint,
}: {
  readonly run: string;
  readonly file: string;
  readonly name: string;
  readonly hint: string;
}): VNode {
  return (
    <a class="button" href={runPath(run, "export", file)} download>
      {name} <span class="faint">{hint}</span>
    </a>
  );
}

/** A warning names a field; a field without a chart of its own is seen in that of accuracy. */
function chartOf(field: string): string {
  return CHARTS.some(({ id }) => id === field) ? field : "accuracy";
}

function isEmergence(field: string): boolean {
  return CHARTS.some(({ id, group }) => id === field && group === "emergence");
}

function showChart(id: string | null): void {
  const heading = id === null ? null : document.getElementById(`chart-${id}`);
  if (heading === null) return;
  heading.scrollIntoView({ block: "center" });
  heading.focus({ preventScroll: true });
}
