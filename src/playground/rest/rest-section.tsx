import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { ClaimEvidence } from "./claim-figure.tsx";
import { useClaims, useRecordings } from "./arriving.ts";
import { OwnRecording } from "./own-recording.tsx";
import { RecordingPlayer } from "./recording-player.tsx";
import { measuredText, type ShownClaim } from "./shown-claim.ts";
import { REST_TOPICS, type RestTopic } from "./topics.ts";
import { Said } from "../glossary/said.tsx";

/** What of R1 is more than one run: recordings of real runs, and what was measured. Fetched when it comes near. */
export function RestSection(_props: SectionProps): VNode {
  const section = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    const sight = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: "600px" },
    );
    sight.observe(section.current!);
    return () => sight.disconnect();
  }, []);
  const topic = REST_TOPICS[chosen]!;
  return (
    <section id="rest" aria-labelledby="rest-title" ref={section}>
      <h2 id="rest-title">{say("rest.title")}</h2>
      <p>
        <Said name="rest.lead" />
      </p>
      <fieldset class="topics">
        <legend class="unseen">{say("rest.topics")}</legend>
        {REST_TOPICS.map(({ id, title }, place) => (
          <label key={id}>
            <input type="radio" name="rest-topic" checked={place === chosen} onChange={() => setChosen(place)} />{" "}
            {say(title)}
          </label>
        ))}
      </fieldset>
      {near && (topic.claim === null ? <OwnTopic topic={topic} /> : <Topic key={topic.id} topic={topic} />)}
    </section>
  );
}

function OwnTopic({ topic }: { readonly topic: RestTopic }): VNode {
  return (
    <div class="topic">
      <h3>{say(topic.title)}</h3>
      <p>{say(topic.text)}</p>
      <OwnRecording />
    </div>
  );
}

function Topic({ topic }: { readonly topic: RestTopic }): VNode {
  const claims = useClaims();
  const recordings = useRecordings(topic.recordings);
  const claim = claims.value?.[topic.claim ?? ""];
  const failure = claims.failure ?? recordings.failure;
  return (
    <div class="topic">
      <h3>{say(topic.title)}</h3>
      {failure !== null && <p role="alert">{say("rest.notArrived", { message: failure })}</p>}
      {claim !== undefined && <p>{say(topic.text, valuesOf(topic, claim))}</p>}
      {recordings.value !== null && recordings.value.length > 0 && (
        <RecordingPlayer key={topic.id} recordings={recordings.value} />
      )}
      {claim !== undefined && <ClaimEvidence claim={claim} table={topic.recordings.length === 0} />}
    </div>
  );
}

/** What a topic's text names of its claim. */
export function valuesOf({ values }: RestTopic, claim: ShownClaim): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, measure]) => [name, measuredText(claim, measure) ?? "?"]),
  );
}
