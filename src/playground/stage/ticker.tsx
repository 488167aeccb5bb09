import type { VNode } from "preact";
import { CompletionText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SeenStep } from "../client/tab-client.ts";
import { addressText } from "../address.ts";
import type { TabSettings } from "../settings.ts";
import { say } from "../words/say.ts";
import { newestCorrection } from "./milestones.ts";
import { stageQuestion, stageSpans } from "./stage-spans.ts";

export interface TickerProps {
  readonly settings: TabSettings;
  readonly steps: readonly SeenStep[];
}

/** The newest completion that corrected itself and was right, with its reflective words marked. */
export function Ticker({ settings, steps }: TickerProps): VNode {
  const newest = newestCorrection(steps);
  return (
    <div class="ticker">
      <h3>{say("stage.newest")}</h3>
      {newest === null ? (
        <p class="faint">{say("stage.noneYet")}</p>
      ) : (
        <>
          <p class="faint">
            {stageQuestion(newest.group.prompt)} ·{" "}
            <a
              href={addressText({
                settings,
                step: newest.step,
                group: newest.group.problemIndex,
                sample: newest.rollout.rollout.sample,
              })}
            >
              {say("stage.place", { step: newest.step, sample: newest.rollout.rollout.sample + 1 })}
            </a>
          </p>
          <div class="ticker-text">
            <CompletionText
              text={newest.rollout.rollout.text}
              spans={stageSpans({
                text: newest.rollout.rollout.text,
                prompt: newest.group.prompt,
                problemId: newest.group.problemId,
                stop: newest.rollout.rollout.stop,
                verdict: newest.rollout.reward.verdict,
              })}
            />
          </div>
        </>
      )}
    </div>
  );
}
