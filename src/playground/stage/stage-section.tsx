import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { TabState } from "../client/tab-client.ts";
import { useTabState } from "../client/use-client.ts";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { milestonesOf, type Milestone } from "./milestones.ts";
import { Opening } from "./opening.tsx";
import { RunName } from "./run-name.tsx";
import { RunSettings } from "./run-settings.tsx";
import { StageControls } from "./stage-controls.tsx";
import { StageFigure } from "./stage-figure.tsx";
import { StageNotices } from "./stage-notices.tsx";
import { stageSeries, type FigureName } from "./stage-series.ts";
import { leftInWords, milestoneText, stagePercent, toldText, stageCount } from "./stage-words.ts";
import { Ticker } from "./ticker.tsx";
import { usePace } from "./use-pace.ts";

export interface StageSectionProps extends SectionProps {
  /** Begins the same run anew. */
  readonly again: () => void;
}

/** The opening, and beside it the two figures of the paper as they grow, with what starts and stops them. */
export function StageSection({ client, address, go, again }: StageSectionProps): VNode {
  const state = useTabState(client);
  const pace = usePace(client, state);
  const { steps, evaluations, settings } = state;
  const milestones = useMemo(() => milestonesOf(steps, evaluations), [steps, evaluations]);
  return (
    <>
      <Opening {...state} />
      <section id="stage" aria-labelledby="stage-run" data-step={state.steps.length}>
        <h2 id="stage-run" class="unseen">
          {say("stage.title")}
        </h2>
        <StageControls client={client} state={state} pace={pace} />
        <StageNotices address={address} state={state} pace={pace} again={again} />
        <Figures state={state} milestones={milestones} />
        <StepNumbers state={state} />
        {milestones.length > 0 && (
          <ol class="milestones" aria-label={say("stage.milestones")}>
            {milestones.map((milestone) => (
              <li key={milestone.kind}>{milestoneText(milestone)}</li>
            ))}
          </ol>
        )}
        <Ticker settings={settings} steps={steps} />
        <RunName address={address} go={go} state={state} />
        <RunSettings address={address} go={go} pace={pace} />
        <p class="unseen told" role="status">
          {toldText(state, milestones, pace.isSlow)}
        </p>
      </section>
    </>
  );
}

interface FiguresProps {
  readonly state: TabState;
  readonly milestones: readonly Milestone[];
}

function Figures({ state: { steps, evaluations }, milestones }: FiguresProps): VNode {
  const metrics = steps.map((step) => step.metrics);
  const names = { rollouts: say("stage.rollouts"), heldOut: say("stage.heldOut") };
  const numbered = milestones.map((milestone, i) => ({ ...milestone, number: i + 1 }));
  const newest = metrics.at(-1);
  const held = evaluations.at(-1);
  const version = `${steps.length} ${evaluations.length}`;
  const texts: Readonly<Record<FigureName, { readonly title: string; readonly values: readonly (string | null)[] }>> = {
    accuracy: {
      title: say("stage.accuracyTitle"),
      values: [
        newest === undefined ? null : stagePercent(newest.accuracy ?? 0),
        held === undefined ? null : stagePercent(held.accuracy),
      ],
    },
    length: {
      title: say("stage.lengthTitle"),
      values: [
        newest === undefined ? null : stageCount(newest.emergence.meanLength),
        held === undefined ? null : stageCount(held.meanLength),
      ],
    },
  };
  return (
    <div class="stage-figures">
      {(["accuracy", "length"] as const).map((figure) => {
        const { title, values } = texts[figure];
        const present = values.filter((value) => value !== null);
        const told = [names.rollouts, names.heldOut].flatMap((name, i) =>
          values[i] === null ? [] : [`${name} ${values[i]}`],
        );
        return (
          <StageFigure
            key={figure}
            name={figure}
            title={title}
            drawn={stageSeries(figure, metrics, evaluations, names)}
            milestones={numbered.filter((milestone) => milestone.figure === figure)}
            values={present}
            label={`${title}: ${told.length === 0 ? say("stage.nothingYet") : told.join(", ")}`}
            xTitle={say("stage.xTitle")}
            placeText={(step) => say("stage.atStep", { step })}
            version={version}
          />
        );
      })}
    </div>
  );
}

/** The newest step in numbers, and what they mean. */
function StepNumbers({ state }: { readonly state: TabState }): VNode | null {
  const { steps, evaluations, settings } = state;
  const newest = steps.at(-1)?.metrics;
  const held = evaluations.at(-1);
  if (newest === undefined && held === undefined) return null;
  const left = leftInWords(state);
  return (
    <div class="step-numbers">
      {newest !== undefined && (
        <p>
          <b>{say("stage.stepOf", { step: newest.step, of: settings.steps })}</b> ·{" "}
          {say("stage.speed", { tokens: stageCount(newest.tokensPerSecond) })}
          {left !== null && ` · ${left}`}
        </p>
      )}
      <p class="faint">
        {newest !== undefined &&
          say("stage.rolloutsMean", {
            right: Math.round((newest.accuracy ?? 0) * newest.rollouts),
            rollouts: newest.rollouts,
          })}{" "}
        {held !== undefined &&
          say("stage.heldOutMean", {
            percent: stagePercent(held.accuracy),
            problems: held.problems,
            samples: held.samples,
            step: held.step,
          })}
      </p>
    </div>
  );
}
