import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CompletionText, PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SeenStep } from "../client/tab-client.ts";
import type { SeenRollout } from "../messages.ts";
import { say } from "../words/say.ts";
import { MarksKey } from "./marks-key.tsx";
import { completionAt, spansOf, wrongCompletion, type TurnedCompletion } from "./moment-book.ts";

export interface MomentReaderProps {
  readonly steps: readonly SeenStep[];
  readonly place: { readonly step: number; readonly group: number; readonly sample: number };
  /** What the book has of it; null for a completion that turned nothing. */
  readonly moment: TurnedCompletion | null;
  /** Whether the reader comes to the eye: it was asked for here. */
  readonly wanted: boolean;
}

/** One completion, with its tries marked. */
export function MomentReader({ steps, place, moment, wanted }: MomentReaderProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const key = `${place.step} ${place.group} ${place.sample}`;
  useEffect(() => {
    if (wanted) heading.current?.focus();
  }, [key, wanted]);
  const seen = completionAt(steps, place);
  if (seen === null) return <p class="moment-reader">{say("moments.notThere", placeValues(place))}</p>;
  const wrongAt = moment?.wrongAt ?? null;
  const before = wrongAt === null ? null : wrongCompletion(steps, wrongAt, seen.problemId);
  return (
    <article class="moment-reader" aria-labelledby="moment-heading">
      <h3 id="moment-heading" ref={heading} tabIndex={-1}>
        {say("moments.place", placeValues(place))}
      </h3>
      <p class="faint">
        <PlainText text={seen.prompt} />
      </p>
      {before !== null && (
        <>
          <h4>{say("moments.before", { step: before.step })}</h4>
          <MarkedCompletion seen={before} />
          <h4>{say("moments.now", { step: seen.step })}</h4>
        </>
      )}
      <MarkedCompletion seen={seen} />
      <p class="faint">{factsText(seen)}</p>
      <MarksKey />
    </article>
  );
}

function MarkedCompletion({ seen }: { readonly seen: SeenRollout }): VNode {
  return <CompletionText text={seen.rollout.text} spans={spansOf(seen)} />;
}

function factsText({ rollout, reward, advantage }: SeenRollout): string {
  const verdict = reward.verdict.kind === "right" ? say("moments.right") : say("moments.wrong");
  const facts = say("moments.facts", { verdict, tokens: rollout.tokens.length, reward: reward.total ?? "–" });
  return advantage === null ? facts : `${facts} ${say("moments.advantage", { advantage: advantage.toFixed(3) })}`;
}

export function placeValues(place: MomentReaderProps["place"]): Record<string, number> {
  return { step: place.step, group: place.group + 1, sample: place.sample + 1 };
}
