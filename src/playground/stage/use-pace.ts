import { useEffect, useRef, useState } from "preact/hooks";
import type { TabClient, TabState } from "../client/tab-client.ts";

/** Milliseconds between two steps that are to be followed. */
const SLOW_PAUSE = 3000;

/** How a run goes on by itself, and when it stops. */
export interface Pace {
  /** One step, then a pause, over and over. */
  readonly isSlow: boolean;
  readonly toggleSlow: () => void;
  /** Whatever is under way, after the step in progress. */
  readonly pause: () => void;
  /** Whether it was paused because its tab was hidden. */
  readonly wasLeft: boolean;
  /** Whether it goes on in a hidden tab. */
  readonly goesOn: boolean;
  readonly setGoesOn: (goesOn: boolean) => void;
}

/** Paces a run: slow motion, and the pause of a tab that nobody looks at. */
export function usePace(client: TabClient, state: TabState): Pace {
  const [isSlow, setSlow] = useState(false);
  const [wasLeft, setWasLeft] = useState(false);
  const [goesOn, setGoesOn] = useState(false);
  const { status, steps } = state;
  const now = useRef({ isSlow, goesOn, status });
  now.current = { isSlow, goesOn, status };

  useEffect(() => {
    setSlow(false);
    setWasLeft(false);
  }, [client]);

  useEffect(() => {
    if (!isSlow) return undefined;
    if (status === "over" || status === "failed") setSlow(false);
    if (status !== "waiting") return undefined;
    const timer = setTimeout(() => client.step(), SLOW_PAUSE);
    return () => clearTimeout(timer);
  }, [client, isSlow, status, steps.length]);

  useEffect(() => {
    const hide = (): void => {
      const { goesOn: stays, isSlow: slow, status: doing } = now.current;
      const isRunning = slow || doing === "training";
      if (document.visibilityState !== "hidden" || stays || !isRunning) return;
      setSlow(false);
      client.pause();
      setWasLeft(true);
    };
    document.addEventListener("visibilitychange", hide);
    return () => document.removeEventListener("visibilitychange", hide);
  }, [client]);

  useEffect(() => {
    // What was paused has been taken up again.
    if (document.visibilityState === "visible" && (status === "training" || status === "stepping")) setWasLeft(false);
  }, [status]);

  function pause(): void {
    setSlow(false);
    client.pause();
  }

  function toggleSlow(): void {
    if (isSlow) return pause();
    setSlow(true);
    // What trains at full speed comes to rest first, and goes on slowly from there.
    if (status === "training") client.pause();
    else if (status === "waiting" || status === "loading") client.step();
  }

  return { isSlow, toggleSlow, pause, wasLeft, goesOn, setGoesOn };
}
