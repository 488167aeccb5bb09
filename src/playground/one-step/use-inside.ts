import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useTabState } from "../client/use-client.ts";
import type { SeenStep, TabState } from "../client/tab-client.ts";
import type { LookAfter, SeenGroup } from "../messages.ts";
import type { SectionProps } from "../page/section-props.ts";
import { isAtRest, trainTo, whenAtRest } from "../client/drive-run.ts";
import { firstWithSignal, seenPlace, type SeenPlace } from "./seen-place.ts";

/** What a reader sees of a run from within, and can do. */
export interface Inside {
  readonly state: TabState;
  readonly place: SeenPlace<SeenStep>;
  /** Of the group that is seen; null where nobody looked. */
  readonly look: LookAfter | null;
  /** The step that is being trained to; null where none is. */
  readonly aim: number | null;
  /** Pauses the run, and looks into its newest step; makes the first one where there is none. */
  readonly lookInside: () => void;
  readonly trainToStep: (step: number) => void;
  /** Makes one more step, and looks into it. */
  readonly nextStep: () => void;
  readonly giveUp: () => void;
  readonly choose: (group: SeenGroup) => void;
}

const keyOf = (step: number, group: number): string => `${step}/${group}`;

export function useInside(props: SectionProps): Inside {
  const { client, address } = props;
  const state = useTabState(client);
  const latest = useRef(props);
  latest.current = props;
  const [aim, setAim] = useState<number | null>(null);
  const cancel = useRef<() => void>(() => undefined);
  const looks = useMemo(() => new Map<string, LookAfter>(), [client]);
  const asked = useMemo(() => new Set<string>(), [client]);
  if (state.look !== null) looks.set(keyOf(state.look.step, state.look.problemIndex), state.look);
  const place = seenPlace(state.steps, address);
  const key = place.kind === "here" ? keyOf(place.step.metrics.step, place.group.problemIndex) : "";

  useEffect(() => {
    setAim(null);
    return () => cancel.current();
  }, [client]);

  // A place that an address names is looked at as soon as the run rests there.
  const isNamed = address.step !== null && place.kind === "here" && place.isNewest && isAtRest(state);
  useEffect(() => {
    if (isNamed && place.kind === "here") ask(key, place.group.problemIndex);
  }, [client, isNamed, key]);

  function ask(name: string, problemIndex: number): void {
    if (asked.has(name)) return;
    asked.add(name);
    client.look(problemIndex);
  }

  function openNewest(): void {
    const seen = seenPlace(client.state.steps, latest.current.address);
    const newest = client.state.steps.at(-1);
    if (newest === undefined) return;
    const group = seen.kind === "here" && seen.isNewest ? seen.group : firstWithSignal(newest.groups);
    if (group === undefined) return;
    latest.current.go({ step: newest.metrics.step, group: group.problemIndex, sample: null });
  }

  function trainToStep(step: number, then: () => void = () => undefined): void {
    cancel.current();
    setAim(step);
    cancel.current = trainTo(client, step, (reached) => {
      setAim(null);
      if (reached) then();
    });
  }

  function nextStep(): void {
    trainToStep((client.state.steps.at(-1)?.metrics.step ?? 0) + 1, openNewest);
  }

  function lookInside(): void {
    cancel.current();
    cancel.current = whenAtRest(client, () => {
      if (client.state.steps.length === 0) nextStep();
      else openNewest();
    });
  }

  return {
    state,
    place,
    look: looks.get(key) ?? null,
    aim,
    lookInside,
    trainToStep: (step) => trainToStep(step),
    nextStep,
    giveUp: () => {
      cancel.current();
      setAim(null);
    },
    choose: (group) => {
      if (place.kind === "here") props.go({ step: place.step.metrics.step, group: group.problemIndex, sample: null });
    },
  };
}
