import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLiveState } from "../live/use-feeds.ts";
import { CompareView } from "../views/compare-view.tsx";
import { RunScreen } from "../views/run-screen.tsx";
import { RunsView } from "../views/runs-view.tsx";
import { WordsView } from "../views/words-view.tsx";
import { HomeSign } from "./home-sign.tsx";
import { Notice } from "./notice.tsx";
import type { Route } from "./route.ts";
import { TermNote } from "./term-note.tsx";
import { ThemeSwitch } from "./theme.tsx";
import { useRoute } from "./use-route.ts";

/** The whole page. */
export function App(): VNode {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = placeOf(route);
  useEffect(() => {
    document.title = titleOf(route);
    // A new view begins at its heading, also for a screen reader; the first one begins where the page does.
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [place]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      <header class="top">
        <a class="home" href="#/">
          <HomeSign />
          Aha
        </a>
        <LiveSign />
        <a class="words-link" href="#/words">
          Words
        </a>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <View route={route} />
        <TermNote />
      </main>
    </>
  );
}

function View({ route }: { readonly route: Route }): VNode {
  switch (route.view) {
    case "runs":
      return <RunsView />;
    case "words":
      return <WordsView />;
    case "compare":
      return <CompareView runs={route.runs} axis={route.axis} />;
    case "unknown":
      return (
        <>
          <div class="heading">
            <h1>Nothing here</h1>
          </div>
          <Notice>
            There is no view at this address. <a href="#/">To the runs</a>
          </Notice>
        </>
      );
    case "run":
    case "emergence":
    case "rollouts":
    case "group":
    case "problems":
    case "problem":
    case "queue":
    case "playground":
      return <RunScreen route={route} key={route.run} />;
  }
}

function LiveSign(): VNode {
  const state = useLiveState();
  const words = {
    connecting: "connecting",
    connected: "live",
    lost: "reconnecting",
    refused: "restarted: open the address that it printed",
  }[state];
  return (
    <span class={`live live-${state}`} role="status">
      {words}
    </span>
  );
}

function placeOf(route: Route): string {
  return "run" in route
    ? `${route.view} ${route.run} ${"problem" in route ? route.problem : ""} ${"step" in route ? `${route.step} ${route.index}` : ""}`
    : route.view;
}

function titleOf(route: Route): string {
  const names = {
    runs: "Runs",
    words: "Words",
    compare: "Compare",
    run: "Figures",
    emergence: "Emergence",
    problems: "Problems",
    rollouts: "Rollouts",
    group: "Group",
    problem: "Problem",
    queue: "Queue",
    playground: "Playground",
    unknown: "Not found",
  };
  return [...("run" in route ? [route.run] : []), names[route.view], "Aha"].join(" · ");
}
