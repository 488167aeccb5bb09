import type { VNode } from "preact";
import { addressText } from "../address.ts";
import type { TabState } from "../client/tab-client.ts";
import { tabLack } from "../client/tab-support.ts";
import type { SectionProps } from "../page/section-props.ts";
import { TAB_DEFAULTS } from "../settings.ts";
import { say } from "../words/say.ts";
import type { Pace } from "./use-pace.ts";
import { GoesOn } from "./goes-on.tsx";

/** What a machine of few means is offered: half the problems a step. A smaller base hardly learns in 40 steps. */
const LIGHT_PROBLEMS = TAB_DEFAULTS.problemsPerStep / 2;
const FEW_CORES = 2;

export interface StageNoticesProps extends Pick<SectionProps, "address"> {
  readonly state: TabState;
  readonly pace: Pace;
  /** Begins the same run anew. */
  readonly again: () => void;
}

/** What a reader must know of the run beside its figures: what failed, what was paused, what is easier. */
export function StageNotices({ address, state, pace, again }: StageNoticesProps): VNode {
  return (
    <>
      {state.status === "failed" && <Failure state={state} again={again} />}
      {pace.wasLeft && (
        <div class="stage-notice" role="status">
          {say("stage.leftTab")} <GoesOn pace={pace} />
        </div>
      )}
      {isOfferedLess(state) && (
        <p class="lighter faint">
          <a href={addressText({ ...address, settings: { ...address.settings, problemsPerStep: LIGHT_PROBLEMS } })}>
            {say("stage.takeLight")}
          </a>{" "}
          {say("stage.light")}
        </p>
      )}
    </>
  );
}

function Failure({ state, again }: Pick<StageNoticesProps, "state" | "again">): VNode {
  const lack = tabLack();
  if (lack !== null)
    return (
      <p class="stage-notice failure" role="alert">
        {say(lack === "simd" ? "stage.noSimd" : "stage.noWorkers")}
      </p>
    );
  return (
    <div class="stage-notice failure" role="alert">
      <p>
        {failureText(state)} <span class="faint">{say("page.failed", { message: state.error?.message ?? "" })}</span>
      </p>
      <button type="button" onClick={again}>
        {say("stage.again")}
      </button>
    </div>
  );
}

function failureText({ engine, evaluations, steps }: TabState): string {
  if (engine === null) return say("stage.didNotArrive");
  if (evaluations.length + steps.length === 0) return say("stage.neverBegan");
  return say("stage.failed", { step: steps.at(-1)?.metrics.step ?? 0 });
}

/** Before the first step, on a phone or where there are few cores. */
function isOfferedLess({ steps, settings, status }: TabState): boolean {
  if (steps.length > 0 || status === "failed" || settings.problemsPerStep <= LIGHT_PROBLEMS) return false;
  return navigator.hardwareConcurrency <= FEW_CORES || matchMedia("(max-width: 600px)").matches;
}
