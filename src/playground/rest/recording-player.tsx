import type { VNode } from "preact";
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { RecordedPart, Recording } from "../../export/recording/recording.ts";
import { say } from "../words/say.ts";
import { MeasuredParts } from "./measured-parts.tsx";
import { partName } from "./part-name.ts";
import { GrowingFigure } from "./played-figure.tsx";
import { groupsAt, joinedRecordings, PLAYED_FIGURES, stopsOf } from "./playing.ts";
import { RecordedGroups } from "./recorded-groups.tsx";

/** A recording is over in about so many seconds, and no stop takes longer than the other. */
const SECONDS = 20;
const LONGEST_STOP = 1;

export interface RecordingPlayerProps {
  /** Several are shown beside each other, as parts of one. */
  readonly recordings: readonly Recording[];
}

/** Plays recordings: figures grow to the step that is chosen, and the groups that were kept there can be read. */
export function RecordingPlayer({ recordings }: RecordingPlayerProps): VNode {
  const parts = useMemo(() => joinedRecordings(recordings), [recordings]);
  const beside = recordings.length > 1;
  const playable = parts.filter((part) => stopsOf([part]).length > 1);
  const [chosen, setChosen] = useState(0);
  const part = playable[Math.min(chosen, playable.length - 1)];
  return (
    <div class="player">
      {playable.length > 1 && <PartChoice parts={playable} chosen={chosen} onChosen={setChosen} beside={beside} />}
      {part !== undefined && (
        <PartPlayer key={beside ? "all" : chosen} parts={beside ? playable : [part]} read={part} />
      )}
      <MeasuredParts parts={parts} />
      {recordings.map(({ command }, place) => (
        <p class="faint made-by" key={place}>
          {command === null ? say("rest.unknownCommand") : say("rest.madeBy")}{" "}
          {command !== null && (
            <code>
              <PlainText text={command} />
            </code>
          )}
        </p>
      ))}
    </div>
  );
}

interface PartChoiceProps {
  readonly parts: readonly RecordedPart[];
  readonly chosen: number;
  readonly onChosen: (place: number) => void;
  readonly beside: boolean;
}

function PartChoice({ parts, chosen, onChosen, beside }: PartChoiceProps): VNode {
  const name = useId();
  return (
    <fieldset class="part-choice">
      <legend>{beside ? say("rest.groupsOf") : say("rest.stage")}</legend>
      {parts.map((part, place) => (
        <label key={place}>
          <input type="radio" name={name} checked={place === chosen} onChange={() => onChosen(place)} />{" "}
          <PlainText text={partName(part)} />
        </label>
      ))}
    </fieldset>
  );
}

interface PartPlayerProps {
  /** Drawn in the figures. */
  readonly parts: readonly RecordedPart[];
  /** Whose groups are read. */
  readonly read: RecordedPart;
}

function PartPlayer({ parts, read }: PartPlayerProps): VNode {
  const stops = useMemo(() => stopsOf(parts), [parts]);
  const last = stops.length - 1;
  const [place, setPlace] = useState(last);
  const [playing, setPlaying] = useState(false);
  const id = useId();
  useEffect(() => {
    if (!playing) return undefined;
    const seconds = Math.min(LONGEST_STOP, SECONDS / stops.length);
    const timer = setInterval(() => setPlace((now) => Math.min(last, now + 1)), seconds * 1000);
    return () => clearInterval(timer);
  }, [playing, last]);
  useEffect(() => {
    if (place === last) setPlaying(false);
  }, [place, last]);
  const at = stops[place]!;
  const toggle = (): void => {
    if (!playing && place === last) setPlace(0);
    setPlaying(!playing);
  };
  return (
    <>
      <div class="scrubber">
        <button type="button" class="button primary" onClick={toggle}>
          {playing ? say("rest.pause") : say("rest.play")}
        </button>
        <label class="unseen" for={id}>
          {say("rest.step")}
        </label>
        <input
          id={id}
          type="range"
          min={0}
          max={last}
          step={1}
          value={place}
          aria-valuetext={say("rest.atStep", { step: at, steps: stops[last]! })}
          onInput={(event) => {
            setPlaying(false);
            setPlace(Number(event.currentTarget.value));
          }}
          onKeyDown={(event) => {
            if (event.key !== " ") return;
            event.preventDefault();
            toggle();
          }}
        />
        <output for={id} aria-live={playing ? "off" : "polite"}>
          {say("rest.atStep", { step: at, steps: stops[last]! })}
        </output>
      </div>
      <div class="played-figures">
        {PLAYED_FIGURES.map((figure) => (
          <GrowingFigure key={figure.id} figure={figure} parts={parts} at={at} />
        ))}
      </div>
      <h4>{say("rest.groups")}</h4>
      <RecordedGroups groups={groupsAt(read, at)} />
    </>
  );
}
