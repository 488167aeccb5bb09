import type { VNode } from "preact";
import type { TabClient, TabState } from "../client/tab-client.ts";
import { say } from "../words/say.ts";
import { statusText } from "./stage-words.ts";
import type { Pace } from "./use-pace.ts";

export interface StageControlsProps {
  readonly client: TabClient;
  readonly state: TabState;
  readonly pace: Pace;
}

/** What starts and stops a run: all of it, one step, or slowly. */
export function StageControls({ client, state, pace }: StageControlsProps): VNode {
  const { status } = state;
  const isOver = status === "over" || status === "failed";
  const isRunning = pace.isSlow || status === "training" || status === "pausing";
  return (
    <div class="stage-controls">
      <div class="stage-buttons" role="group" aria-label={say("stage.controls")}>
        <button
          type="button"
          class="button primary"
          disabled={isOver || status === "pausing"}
          onClick={() => {
            if (isRunning) pace.pause();
            else client.train();
          }}
        >
          {isRunning ? say("stage.pause") : say("stage.train")}
        </button>
        <button
          type="button"
          disabled={isOver || isRunning || status === "stepping"}
          title={say("stage.stepHint")}
          onClick={() => client.step()}
        >
          {say("stage.step")}
        </button>
        <button
          type="button"
          aria-pressed={pace.isSlow}
          disabled={isOver}
          title={say("stage.slowHint")}
          onClick={() => pace.toggleSlow()}
        >
          {say("stage.slow")}
        </button>
      </div>
      <p class="stage-status">{statusText(state, pace.isSlow)}</p>
    </div>
  );
}
