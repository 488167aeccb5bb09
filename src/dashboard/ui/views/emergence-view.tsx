import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { AhaMoments, RunDetail } from "../../api.ts";
import { chartVerdict, CHARTS, effortMap } from "../../../figures/index.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { ChartFigure } from "../figures/chart-figure.tsx";
import { EffortFigure } from "../figures/effort-figure.tsx";
import { runPath } from "../live/api-client.ts";
import { useIndexed } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { groupAddress, problemAddress } from "../shell/route.ts";
import { Term } from "../shell/term.tsx";
import { lookedAt, plural } from "../shell/words.ts";
import { ChartTile } from "./run-tiles.tsx";

/** Aha moments in the list at first, and after each press of the button. */
const MOMENTS = 10;
/** Steps after which the moments of a run that goes on are asked for again. */
const STEPS_BETWEEN = 5;

/** What shows that reasoning appears, beside what the base did. */
export function EmergenceView({ detail, version }: { readonly detail: RunDetail; readonly version: number }): VNode {
  const { id, warnings } = detail;
  const charts = useMemo(
    () =>
      CHARTS.filter(({ group }) => group === "emergence")
        .map((description) => ({
          description,
          series: description.series(detail),
          levels: description.levels?.(detail) ?? [],
        }))
        .filter(({ series }) => series.length > 0),
    [version],
  );
  const map = useMemo(() => effortMap(detail), [version]);
  if (charts.length === 0) return <Notice>No step is done yet; the figures appear by themselves.</Notice>;
  return (
    <>
      <dl class="tiles">
        {charts.map(({ description }) => (
          <ChartTile key={description.id} detail={detail} chart={description.id} />
        ))}
      </dl>
      <h2 class="unseen">Figures</h2>
      <div class="charts">
        {charts.map(({ description, series, levels }) => (
          <ChartFigure
            key={description.id}
            description={description}
            series={series}
            levels={levels}
            marks={warnings
              .filter(({ chart }) => chart === description.id)
              .map(({ step, message }) => ({ x: step, text: message }))}
            verdict={chartVerdict(description, detail, warnings)}
            height={220}
            fileName={id}
            version={version}
          />
        ))}
        {map !== null && <EffortFigure data={map} height={250} fileName={id} version={version} />}
      </div>
      <Moments run={id} version={Math.floor(detail.steps / STEPS_BETWEEN)} />
    </>
  );
}

function Moments({ run, version }: { readonly run: string; readonly version: number }): VNode {
  const { answer, failure } = useIndexed<AhaMoments>(runPath(run, "aha"), version);
  const [most, setMost] = useState(MOMENTS);
  const indexed = answer?.indexed ?? 1;
  const moments = answer?.moments ?? [];
  return (
    <section aria-labelledby="moments">
      <h2 id="moments">
        <Term name="ahaMoment">Aha moments</Term>
      </h2>
      <p class="lead">
        Problems whose answer was wrong before, and that a completion got right by rejecting a candidate of its own;
        each with the step where that was first seen.
      </p>
      {failure !== null && <Failure failure={failure} />}
      {answer === null && failure === null && <Loading />}
      {answer !== null && moments.length === 0 && (
        <Notice>{indexed < 1 ? `${lookedAt(indexed)}…` : "None was seen."}</Notice>
      )}
      {moments.length > 0 && (
        <>
          <p class="sub">
            {plural(moments.length, "problem")}
            {moments.length > most && `, the first ${most} here`}
            {indexed < 1 && `; ${lookedAt(indexed)}`}
          </p>
          <table class="moments">
            <caption class="unseen">Aha moments, in the order of their steps</caption>
            <thead>
              <tr>
                <th scope="col" class="number">
                  Step
                </th>
                <th scope="col">Problem</th>
                <th scope="col">Rejected</th>
                <th scope="col">Answered</th>
                <th scope="col" class="number">
                  Last wrong
                </th>
                <th scope="col">
                  <span class="unseen">Completion</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {moments.slice(0, most).map((moment) => (
                <tr key={`${moment.problemId} ${moment.step}`}>
                  <td class="number" data-label="Step">
                    {moment.step}
                  </td>
                  <th scope="row">
                    <a href={problemAddress(run, moment.problemId)}>
                      <PlainText text={moment.problemId} />
                    </a>
                  </th>
                  <td data-label="Rejected">
                    <s class="span-rejected">
                      <PlainText text={moment.rejected} />
                    </s>
                  </td>
                  <td data-label="Answered">
                    <mark class="span-answer">
                      <PlainText text={moment.answer} />
                    </mark>
                  </td>
                  <td class="number" data-label="Last wrong">
                    step {moment.wrongAt}
                  </td>
                  <td>
                    <a
                      href={
                        moment.watched
                          ? problemAddress(run, moment.problemId)
                          : groupAddress(run, moment.step, moment.problemIndex, moment.sample)
                      }
                      aria-label={`Read it: the completion of ${moment.problemId} at step ${moment.step}`}
                    >
                      Read it
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {moments.length > most && (
            <button type="button" class="more" onClick={() => setMost(most * 10)}>
              Show more
            </button>
          )}
        </>
      )}
    </section>
  );
}
