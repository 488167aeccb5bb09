import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { trainTo } from "../client/drive-run.ts";
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
  const giveUp = useRef<() => void>(() => undefined);
  const reached = steps.at(-1)?.metrics.step ?? 0;
  function stop(): void {
    giveUp.current();
    setGoing(false);
  }
  useEffect(() => stop, [client, step]);
  function start(): void {
    setGoing(true);
    giveUp.current = trainTo(client, step, () => setGoing(false));
  }
  if (step > settings.steps || step < 1)
    return <p role="status">{say("moments.noSuchStep", { step, steps: settings.steps })}</p>;
  const isTaken = status === "training" || status === "over" || status === "failed";
  return (
    <p class="train-to" role="status">
      {going ? say("moments.onTheWay", { step, reached }) : say("moments.notReached", { step, reached })}{" "}
      {going ? (
        <button type="button" onClick={stop}>
          {say("moments.stopThere")}
        </button>
      ) : (
        <button type="button" class="button primary" disabled={isTaken} onClick={start}>
          {say("moments.trainTo", { step })}
        </button>
      )}
    </p>
  );
}
