import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TabClient } from "../client/tab-client.ts";
import { useTabState } from "../client/use-client.ts";
import { say } from "../words/say.ts";

export interface TrainToStepProps {
  readonly client: TabClient;
  readonly step: number;
}

/** Makes the steps up to one that a link names: the same settings give the same bytes. */
export function TrainToStep({ client, step }: TrainToStepProps): VNode {
  const { status, steps, settings } = useTabState(client);
  const [going, setGoing] = useState(false);
  const reached = steps.at(-1)?.metrics.step ?? 0;
  useEffect(() => {
    if (!going) return;
    if (reached >= step) setGoing(false);
    // One at a time, so that it ends where it was asked to.
    else if (status === "waiting") client.step();
  }, [going, status, reached, step]);
  if (step > settings.steps || step < 1)
    return <p role="status">{say("moments.noSuchStep", { step, steps: settings.steps })}</p>;
  const ended = status === "over" || status === "failed";
  return (
    <p class="train-to" role="status">
      {going ? say("moments.onTheWay", { step, reached }) : say("moments.notReached", { step, reached })}{" "}
      {going ? (
        <button type="button" onClick={() => setGoing(false)}>
          {say("moments.stopThere")}
        </button>
      ) : (
        <button type="button" class="button primary" disabled={ended} onClick={() => setGoing(true)}>
          {say("moments.trainTo", { step })}
        </button>
      )}
    </p>
  );
}
