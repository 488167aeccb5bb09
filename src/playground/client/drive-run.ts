import type { TabClient, TabState } from "./tab-client.ts";

/** What is asked of a run here. */
export type DrivenClient = Pick<TabClient, "state" | "listen" | "step" | "pause">;

/** Whether a run waits for an order, and can take one. */
export function isAtRest({ status }: Pick<TabState, "status">): boolean {
  return status === "waiting" || status === "over";
}

/**
 * Makes step after step until one has been made, or until something else is ordered of the run. Orders of single steps:
 * a pause would come when the step after has begun, and its policy couldn't be looked at any more.
 *
 * @param then is told at the end, with whether the step is there
 * @returns gives up
 */
export function trainTo(client: DrivenClient, step: number, then: (reached: boolean) => void): () => void {
  let asked = -1;
  const look = (): void => {
    const { status, steps } = client.state;
    const made = steps.at(-1)?.metrics.step ?? 0;
    if (status === "training" || status === "failed") return end(false);
    if (!isAtRest(client.state)) return;
    if (made >= step) return end(true);
    if (status === "over") return end(false);
    if (asked === made) return;
    asked = made;
    client.step();
  };
  const unlisten = client.listen(look);
  let ended = false;
  function end(reached: boolean): void {
    if (ended) return;
    ended = true;
    unlisten();
    then(reached);
  }
  look();
  return () => {
    ended = true;
    unlisten();
  };
}

/**
 * Pauses a run, and goes on when it rests.
 *
 * @returns gives up
 */
export function whenAtRest(client: DrivenClient, then: () => void): () => void {
  let done = false;
  const look = (): void => {
    if (done || !isAtRest(client.state)) return;
    done = true;
    unlisten();
    then();
  };
  const unlisten = client.listen(look);
  if (!isAtRest(client.state)) client.pause();
  look();
  return () => {
    done = true;
    unlisten();
  };
}
