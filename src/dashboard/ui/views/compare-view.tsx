import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { CHARTS, compareSeries, type ComparedRun } from "../../../figures/index.ts";
import { ChartFigure } from "../figures/chart-figure.tsx";
import { useFeeds } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { runAddress } from "../shell/route.ts";
import { StateBadge } from "../shell/state-badge.tsx";
import { numberText, shareText } from "../shell/words.ts";
import { ConfigDifferences } from "./config-table.tsx";

/** What the large figures show here: few runs have held-out figures at the same steps. */
const OF_ROLLOUTS = "Of the training rollouts, smoothed over a fortieth of each run.";

/** Runs on the same axes; seeds of one experiment are a mean with a band. */
export function CompareView({ runs }: { readonly runs: readonly string[] }): VNode {
  const feeds = useFeeds(runs);
  const loaded = feeds.flatMap(({ detail }) => (detail === null ? [] : [detail]));
  const version = feeds.map((feed) => feed.version).join(".");
  const compared = useMemo(
    () =>
      loaded.map(({ id, experiment, metrics, fit, evaluations }): ComparedRun => ({
        id,
        experiment,
        figures: { metrics, fit, evaluations },
      })),
    [version],
  );
  const charts = useMemo(
    () =>
      CHARTS.map((description) => ({ description, series: compareSeries(description, compared) })).filter(
        ({ series }) => series.length > 0,
      ),
    [compared],
  );
  if (runs.length === 0)
    return (
      <Notice>
        No runs were chosen. Tick some in the <a href="#/">list</a>.
      </Notice>
    );
  const seeds = loaded.length - new Set(loaded.map(({ experiment }) => experiment)).size;
  return (
    <>
      <div class="heading">
        <p class="crumbs">
          <a href="#/">Runs</a>
        </p>
        <h1>Compare {runs.length} runs</h1>
        {seeds > 0 && (
          <p class="sub">
            Runs that differ in their seed alone are one line, their mean, with a band from the lowest to the highest.
          </p>
        )}
      </div>
      {feeds.map((feed) => feed.failure !== null && <Failure key={feed.run} failure={feed.failure} />)}
      {loaded.length === 0 && feeds.every(({ failure }) => failure === null) && <Loading />}
      {loaded.length > 0 && (
        <table class="compared">
          <caption class="unseen">The runs that are compared</caption>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Right answers
              </th>
              <th scope="col" class="number">
                Length
              </th>
              <th scope="col" class="number">
                Steps
              </th>
            </tr>
          </thead>
          <tbody>
            {loaded.map((run) => (
              <tr key={run.id}>
                <th scope="row">
                  <a href={runAddress(run.id)}>
                    <bdi>{run.id}</bdi>
                  </a>
                </th>
                <td data-label="State">
                  <StateBadge state={run.state} />
                </td>
                <td class="number" data-label="Right answers">
                  {shareText(run.heldOutBefore)} → <b>{shareText(run.heldOut)}</b>
                </td>
                <td class="number" data-label="Length">
                  {numberText(run.metrics.at(-1)?.emergence.meanLength ?? run.stepLength)}
                </td>
                <td class="number" data-label="Steps">
                  {run.steps}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <h2 class="unseen">Figures</h2>
      {[true, false].map((large) => (
        <div class={large ? "charts large" : "charts more"} key={String(large)}>
          {charts
            .filter(({ description }) => (description.group === "paper") === large)
            .map(({ description, series }) => (
              <ChartFigure
                key={description.id}
                description={large ? { ...description, healthy: OF_ROLLOUTS } : description}
                series={series}
                height={large ? 280 : 200}
                fileName="compare"
                version={version}
              />
            ))}
        </div>
      ))}
      {loaded.length > 1 && <ConfigDifferences runs={loaded} />}
    </>
  );
}
