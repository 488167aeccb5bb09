import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { addressText } from "../address.ts";
import { useTabState } from "../client/use-client.ts";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { ANY_MOMENT, fittingMoments, MomentBook, wordsOfMoments, type TurnedCompletion } from "./moment-book.ts";
import { MomentFilters } from "./moment-filters.tsx";
import { MomentReader, placeValues } from "./moment-reader.tsx";
import { TrainToStep } from "./train-to-step.tsx";
import { Said } from "../glossary/said.tsx";

/** Moments that are listed at first, and with each press of the button. */
const LISTED = 8;

/** The completions of the run in this tab that turned a wrong try into a right answer. */
export function MomentsSection({ client, address, go }: SectionProps): VNode {
  const { steps } = useTabState(client);
  const book = useMemo(() => new MomentBook(), [client]);
  const moments = book.take(steps);
  const [filter, setFilter] = useState(ANY_MOMENT);
  const [newestFirst, setNewestFirst] = useState(true);
  const [listed, setListed] = useState(LISTED);
  const section = useRef<HTMLElement>(null);
  // What a link named is looked for once; what is pressed here is told to the reader.
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (placeOf(address) !== null) section.current?.scrollIntoView({ block: "start" });
  }, []);
  const fitting = useMemo(() => fittingMoments(moments, filter), [moments.length, filter]);
  const words = useMemo(() => wordsOfMoments(moments), [moments.length]);
  const ordered = newestFirst ? fitting.toReversed() : fitting;
  const place = placeOf(address);
  const reached = steps.at(-1)?.metrics.step ?? 0;
  return (
    <section id="moments" aria-labelledby="moments-title" ref={section}>
      <h2 id="moments-title">{say("moments.title")}</h2>
      <p>
        <Said name="moments.lead" />
      </p>
      {place !== null && place.step > reached && <TrainToStep client={client} step={place.step} />}
      {place !== null && place.step <= reached && (
        <MomentReader
          steps={steps}
          place={place}
          wanted={wanted}
          moment={moments.find((moment) => isAt(moment, place)) ?? null}
        />
      )}
      {moments.length === 0 ? (
        <p class="faint">{reached === 0 ? say("moments.noneYet") : say("moments.noneSoFar", { step: reached })}</p>
      ) : (
        <>
          <MomentFilters
            filter={filter}
            onFilter={setFilter}
            newestFirst={newestFirst}
            onOrder={setNewestFirst}
            words={words}
          />
          <p class="faint">{say("moments.count", { shown: fitting.length, all: moments.length, step: reached })}</p>
          <ol class="moment-list">
            {ordered.slice(0, listed).map((moment) => (
              <MomentRow
                key={`${moment.step} ${moment.group} ${moment.sample}`}
                moment={moment}
                href={addressText({ ...address, ...placeAddress(moment) })}
                here={place !== null && isAt(moment, place)}
                onRead={() => {
                  setWanted(true);
                  go(placeAddress(moment));
                }}
              />
            ))}
          </ol>
          {ordered.length > listed && (
            <button type="button" onClick={() => setListed(listed + LISTED)}>
              {say("moments.more", { left: ordered.length - listed })}
            </button>
          )}
        </>
      )}
    </section>
  );
}

interface MomentRowProps {
  readonly moment: TurnedCompletion;
  readonly href: string;
  readonly here: boolean;
  readonly onRead: () => void;
}

function MomentRow({ moment, href, here, onRead }: MomentRowProps): VNode {
  return (
    <li>
      <a
        href={href}
        aria-current={here ? "true" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onRead();
        }}
      >
        {say("moments.place", placeValues(moment))}
      </a>{" "}
      <span class="faint">{say("moments.tokens", { tokens: moment.length })}</span>
      {moment.wrongAt !== null && <span class="first-time"> {say("moments.firstTime", { step: moment.wrongAt })}</span>}
      <span class="moment-tries">
        <s class="span-rejected">
          <PlainText text={moment.rejected} />
        </s>{" "}
        <span aria-hidden="true">→</span>{" "}
        <mark class="span-correction">
          <PlainText text={moment.answer} />
        </mark>
      </span>
    </li>
  );
}

type Place = { readonly step: number; readonly group: number; readonly sample: number };

/** What an address names, where it names a completion. */
function placeOf({ step, group, sample }: SectionProps["address"]): Place | null {
  return step === null || group === null || sample === null ? null : { step, group, sample };
}

function placeAddress({ step, group, sample }: TurnedCompletion): Place {
  return { step, group, sample };
}

function isAt(moment: TurnedCompletion, { step, group, sample }: Place): boolean {
  return moment.step === step && moment.group === group && moment.sample === sample;
}
