import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { CompletionText, PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { RecordedCompletion, RecordedGroup } from "../../export/recording/recording.ts";
import type { VerdictKind } from "../../records/verdict.ts";
import { MarksKey } from "../moments/marks-key.tsx";
import { bareQuestion } from "../one-step/worked-answer.ts";
import { say, type TextName } from "../words/say.ts";
import { piecesOf } from "./playing.ts";

const VERDICTS: Readonly<Record<VerdictKind, readonly [sign: string, name: TextName]>> = {
  right: ["✓", "rest.right"],
  partly: ["½", "rest.partly"],
  wrong: ["✗", "rest.wrong"],
  unverifiable: ["?", "rest.unverifiable"],
};

/** The groups that a recording has at a step, each to be opened. */
export function RecordedGroups({ groups }: { readonly groups: readonly RecordedGroup[] }): VNode {
  const [shaded, setShaded] = useState(false);
  if (groups.length === 0) return <p class="faint">{say("rest.noGroups")}</p>;
  return (
    <div class="recorded-groups">
      {groups.map((group) => (
        <details key={`${group.step} ${group.problemIndex}`}>
          <summary>
            {say("rest.group", { step: group.step, right: group.right, size: group.size })}{" "}
            <PlainText text={bareQuestion(group.prompt).slice(0, 200)} />
          </summary>
          <div class="completions">
            {group.completions.map((completion) => (
              <Completion key={completion.sample} completion={completion} shaded={shaded} />
            ))}
          </div>
          <label class="check">
            <input type="checkbox" checked={shaded} onChange={(event) => setShaded(event.currentTarget.checked)} />{" "}
            {say("rest.shade")}
          </label>
          <MarksKey />
        </details>
      ))}
    </div>
  );
}

interface CompletionProps {
  readonly completion: RecordedCompletion;
  readonly shaded: boolean;
}

function Completion({ completion, shaded }: CompletionProps): VNode {
  const { sample, text, cut, verdict, advantage, length, logprobs, spans, wrongAt } = completion;
  const tokens = useMemo(() => {
    const pieces = shaded ? piecesOf(completion) : null;
    return pieces === null ? null : { pieces, logprobs };
  }, [completion, shaded]);
  const [sign, name] = VERDICTS[verdict];
  return (
    <article class="completion" aria-label={say("rest.completion", { sample: sample + 1 })}>
      <header>
        <span class={`verdict verdict-${verdict}`}>
          <span aria-hidden="true">{sign}</span> {say(name)}
        </span>
        <span class="faint">
          {length === null ? "" : say("rest.tokens", { tokens: length })}
          {advantage === null ? "" : ` ${say("rest.advantage", { advantage: advantage.toFixed(3) })}`}
        </span>
      </header>
      <CompletionText text={text} spans={spans} tokens={tokens} />
      {cut && <p class="faint">{say("rest.cut")}</p>}
      {wrongAt !== null && <p class="first-time">{say("rest.firstTime", { step: wrongAt })}</p>}
    </article>
  );
}
