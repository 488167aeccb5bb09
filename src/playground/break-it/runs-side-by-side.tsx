import type { VNode } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import type { TabState } from "../client/tab-client.ts";
import { say } from "../words/say.ts";
import { course, PageChart } from "./page-chart.tsx";
import type { Preset } from "./presets.ts";
import { RunPair } from "./run-pair.ts";

export interface RunsSideBySideProps {
  readonly preset: Preset;
  readonly name: string;
  readonly seed: number;
  /** The stage gives way. */
  readonly onRun: () => void;
}

/** The usual run and a changed one, step by step, over each other. */
export function RunsSideBySide({ preset, name, seed, onRun }: RunsSideBySideProps): VNode {
  const [pair, setPair] = useState<RunPair | null>(null);
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (pair === null) return undefined;
    const end = pair.listen(() => repaint(undefined));
    return () => {
      end();
      pair.stop();
    };
  }, [pair]);
  if (pair === null) {
    const start = (): void => {
      onRun();
      setPair(new RunPair(preset, seed, new URL(".", location.href).href));
    };
    return (
      <button type="button" class="button primary" onClick={start}>
        {say("breakIt.run")}
      </button>
    );
  }
  const [usual, changed] = pair.states as readonly [TabState, TabState];
  const failed = pair.states.find(({ error }) => error !== null);
  return (
    <div class="side-by-side">
      <p class="buttons">
        <button type="button" onClick={() => (pair.isGoing ? pair.pause() : pair.goOn())}>
          {say(pair.isGoing ? "breakIt.pause" : "breakIt.go")}
        </button>{" "}
        <button type="button" onClick={() => setPair(null)}>
          {say("breakIt.stop")}
        </button>
      </p>
      <p role="status">{statusText(usual, changed)}</p>
      {failed?.error && <p role="alert">{say("breakIt.failed", { message: failed.error.message })}</p>}
      {usual.steps.length + changed.steps.length > 0 && <PairCharts usual={usual} changed={changed} name={name} />}
    </div>
  );
}

function statusText(usual: TabState, changed: TabState): string {
  if (usual.status === "loading" || changed.status === "loading") return say("breakIt.loading");
  return say("breakIt.status", { usual: usual.steps.length, changed: changed.steps.length });
}

interface PairChartsProps {
  readonly usual: TabState;
  readonly changed: TabState;
  readonly name: string;
}

function PairCharts({ usual, changed, name }: PairChartsProps): VNode {
  const accuracy = ({ steps }: TabState): number[] => steps.map(({ metrics }) => metrics.accuracy ?? 0);
  const length = ({ steps }: TabState): number[] => steps.map(({ metrics }) => metrics.emergence.meanLength);
  return <CoursePair name={name} accuracy={[usual, changed].map(accuracy)} length={[usual, changed].map(length)} />;
}

export interface CoursePairProps {
  readonly name: string;
  /** Of the usual run and the changed one, by step. */
  readonly accuracy: readonly (readonly number[])[];
  readonly length: readonly (readonly number[])[];
}

/** The two figures of two runs. */
export function CoursePair({ name, accuracy, length }: CoursePairProps): VNode {
  const both = ([usual, changed]: readonly (readonly number[])[]) => [
    course(say("breakIt.usual"), usual ?? [], "chart-1"),
    course(name, changed ?? [], "chart-2"),
  ];
  return (
    <div class="page-charts">
      <PageChart title={say("breakIt.accuracy")} unit={say("breakIt.share")} format="percent" series={both(accuracy)} />
      <PageChart title={say("breakIt.length")} unit={say("breakIt.tokens")} format="count" series={both(length)} />
    </div>
  );
}
