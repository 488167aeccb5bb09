import type { VNode } from "preact";
import type { CompletionSpan } from "../../emergence/index.ts";
import { isRejection } from "../../dashboard/text/span-names.ts";
import { say, type TextName } from "../words/say.ts";

/** What a mark means, in the order of the key. */
const MARKS: readonly (readonly [CompletionSpan["kind"], TextName])[] = [
  ["rejected", "moments.markRejected"],
  ["correction", "moments.markCorrection"],
  ["reflection", "moments.markReflection"],
  ["false-rejection", "moments.markFalseRejection"],
  ["false-acceptance", "moments.markFalseAcceptance"],
  ["answer", "moments.markAnswer"],
];

/** What the marks in a completion mean. */
export function MarksKey(): VNode {
  return (
    <ul class="marks-key" aria-label={say("moments.marks")}>
      {MARKS.map(([kind, name]) => {
        const Mark = isRejection(kind) ? "s" : "mark";
        return (
          <li key={kind}>
            <Mark class={`span-${kind}`}>{say(name)}</Mark>
          </li>
        );
      })}
    </ul>
  );
}
