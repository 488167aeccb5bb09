import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import {
  CHARTS,
  COMPARE_AXES,
  compareSeries,
  heldOutSeries,
  type ChartDescription,
  type CompareAxis,
  type ComparedRun,
} from "../../../figures/index.ts";
import { ChartFigure } from "../figures/chart-figure.tsx";
import { useFeeds } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { compareAddress } from "../shell/route.ts";
import { ComparedTable } from "./compared-table.tsx";
import { ConfigDifferences } from "./config-table.tsx";

/** What the large figures show here: few runs have held-out figures at the same steps. */
const OF_ROLLOUTS = "Of the training rollouts, smoothed over a fortieth of each run.";

const HELD_OUT_CHART: ChartDescription = {
  id: "held-out",
  group: "paper",
  title: "Right answers, held-out",
  unit: "share of completions, with 95 % intervals",
  format: "percent",
  kind: "lines",
  yTo: 1,
  healthy: "On problems that were never trained on. Intervals of one run are over its problems, of several over seeds.",
  series: () => [],
};

/** Runs on the same axes; seeds of one experiment are a mean with a band. */
export function CompareView({ runs, axis }: { readonly runs: readonly string[]; readonly axis: CompareAxis }): VNode {
  const feeds = useFeeds(runs);
  // Colours and names go by the order of the address: nothing is drawn before it is known which runs there are.
  const settled = feeds.length > 0 && feeds.every(({ detail, failure }) => detail !== null || failure !== null);
  const loaded = settled ? feeds.flatMap(({ detail }) => (detail === null ? [] : [detail])) : [];
  const version = `${axis} ${feeds.map((feed) => feed.version).join(".")}`;
  const compared = useMemo(
    () =>
      loaded.map(({ id, experiment, seed, metrics, fit, evaluations }): ComparedRun => ({
        id,
        experiment,
        seed,
        figures: { metrics, fit, evaluations },
      })),
    [version],
  );
  const charts = useMemo(
    () =>
      [
        { description: HELD_OUT_CHART, series: heldOutSeries(compared, axis) },
        ...CHARTS.map((description) => ({ description, series: compareSeries(description, compared, axis) })),
      ].filter(({ series }) => series.length > 0),
    [compared, axis],
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
      {!settled && <Loading />}
      {loaded.length > 0 && <ComparedTable runs={loaded} compared={compared} />}
      {loaded.length > 1 && <ConfigDifferences runs={loaded} />}
      {loaded.length > 0 && <AxisChoice runs={runs} axis={axis} />}
      {[true, false].map((large) => (
        <div class={large ? "charts large" : "charts more"} key={String(large)}>
          {charts
            .filter(({ description }) => (description.group === "paper") === large)
            .map(({ description, series }) => (
              <ChartFigure
                key={description.id}
                description={
                  large && description !== HELD_OUT_CHART ? { ...description, healthy: OF_ROLLOUTS } : description
                }
                series={series}
                xTitle={COMPARE_AXES[axis]}
                height={large ? 280 : 200}
                fileName="compare"
                version={version}
              />
            ))}
        </div>
      ))}
    </>
  );
}

/** By what the runs stand beside each other; the choice stands in the address. */
function AxisChoice({ runs, axis }: { readonly runs: readonly string[]; readonly axis: CompareAxis }): VNode {
  return (
    <div class="axis-choice">
      <h2>Figures</h2>
      <nav aria-label="What the figures are drawn over">
        {(Object.keys(COMPARE_AXES) as CompareAxis[]).map((one) => (
          <a key={one} href={compareAddress(runs, one)} aria-current={one === axis ? "true" : undefined}>
            by {one === "step" ? "steps" : one}
          </a>
        ))}
      </nav>
    </div>
  );
}
