import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useFeeds } from "../live/use-feeds.ts";
import { Failure, Loading } from "../shell/notice.tsx";
import { addressOf, runAddress, type Route } from "../shell/route.ts";
import { StateBadge } from "../shell/state-badge.tsx";
import { secondsLeft, stepCost } from "../../../figures/index.ts";
import { leftText } from "../../../text/format.ts";
import { runOrigin } from "../../text/run-origin.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { EmergenceView } from "./emergence-view.tsx";
import { GroupView } from "./group-view.tsx";
import { PlaygroundView } from "./playground-view.tsx";
import { ProblemView } from "./problem-view.tsx";
import { ProblemsView } from "./problems-view.tsx";
import { QueueScreen } from "./queue-screen.tsx";
import { RolloutsView } from "./rollouts-view.tsx";
import { RunView } from "./run-view.tsx";
import type { RunFeed } from "../live/run-feed.ts";
import type { RunDetail } from "../../api.ts";

type RunRoute = Extract<Route, { readonly run: string }>;

/** What all views of a run share: its name, its state, the ways between the views, and one feed of its figures. */
export function RunScreen({ route }: { readonly route: RunRoute }): VNode {
  const [feed] = useFeeds([route.run]);
  const detail = feed?.detail ?? null;
  const failure = feed?.failure ?? null;
  return (
    <>
      <div class="heading">
        <p class="crumbs">
          <a href="#/">Runs</a>
        </p>
        <h1>
          <PlainText text={route.run} />
        </h1>
        {detail !== null && <Facts detail={detail} />}
      </div>
      <Tabs route={route} detail={detail} />
      {failure !== null && <Failure failure={failure} />}
      {detail === null || feed === undefined ? (
        failure === null && <Loading />
      ) : (
        <Inner route={route} feed={feed} detail={detail} />
      )}
    </>
  );
}

function Facts({ detail }: { readonly detail: RunDetail }): VNode {
  const origin = runOrigin(detail.config, detail.metrics.at(-1)?.engine);
  return (
    <p class="sub facts">
      <StateBadge state={detail.state} />
      <span>
        <PlainText text={detail.task} />
      </span>
      {detail.model !== "" && (
        <span>
          <PlainText text={detail.model} />
        </span>
      )}
      {detail.seed !== null && <span>seed {detail.seed}</span>}
      <span>
        step {detail.steps}
        {detail.plannedSteps !== null && ` of ${detail.plannedSteps}`}
      </span>
      <TimeLeft detail={detail} />
      {origin !== null && (
        <span>
          <PlainText text={origin} />
        </span>
      )}
    </p>
  );
}

/** Of a run that goes on, as far as it can be foretold. */
function TimeLeft({
  detail: { state, plannedSteps, metrics, fit, config },
}: {
  readonly detail: RunDetail;
}): VNode | null {
  if (state !== "running") return null;
  const minutes = typeof config["minutes"] === "number" ? config["minutes"] : 0;
  const seconds = secondsLeft([...metrics, ...fit].map(stepCost), { steps: plannedSteps, minutes });
  return seconds === null || seconds === 0 ? null : <span>{leftText(seconds)}</span>;
}

/** Fine-tuning has no rollouts to look at. */
function Tabs({ route, detail }: { readonly route: RunRoute; readonly detail: RunDetail | null }): VNode {
  const { run, view } = route;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the last ones are out of sight.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view]);
  const ofRollouts = [
    ["Emergence", addressOf("run", run, "emergence"), view === "emergence"],
    ["Rollouts", addressOf("run", run, "rollouts"), view === "rollouts" || view === "group"],
    ["Problems", addressOf("run", run, "problems"), view === "problems" || view === "problem"],
    ...(detail?.queue === true ? [["Queue", addressOf("run", run, "queue"), view === "queue"] as const] : []),
  ] as const;
  const tabs = [
    ["Figures", runAddress(run), view === "run"],
    ...(detail === null || detail.fit.length === 0 ? ofRollouts : []),
    ["Playground", addressOf("run", run, "playground"), view === "playground"],
  ] as const;
  return (
    <nav class="tabs" ref={nav} aria-label="Views of the run">
      {tabs.map(([name, href, current]) => (
        <a key={name} href={href} aria-current={current ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

function Inner({
  route,
  feed,
  detail,
}: {
  readonly route: RunRoute;
  readonly feed: RunFeed;
  readonly detail: RunDetail;
}): VNode {
  switch (route.view) {
    case "run":
      return <RunView detail={detail} version={feed.version} chart={route.chart ?? null} />;
    case "emergence":
      return <EmergenceView detail={detail} version={feed.version} />;
    case "rollouts":
      return <RolloutsView detail={detail} query={route.query} />;
    case "group":
      return <GroupView run={route.run} step={route.step} index={route.index} sample={route.sample} />;
    case "problems":
      return <ProblemsView detail={detail} />;
    case "queue":
      return <QueueScreen run={route.run} state={detail.state} />;
    case "problem":
      return <ProblemView run={route.run} problem={route.problem} />;
    case "playground":
      return <PlaygroundView detail={detail} />;
  }
}
