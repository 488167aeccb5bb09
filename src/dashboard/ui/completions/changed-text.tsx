import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { CompletionText, PlainText } from "./completion-text.tsx";
import { wordDifferences, type Difference } from "./word-differences.ts";

/** A text with what came and what went since an earlier one. */
export function ChangedText({ before, after }: { readonly before: string; readonly after: string }): VNode {
  const differences = useMemo(() => wordDifferences(before, after), [before, after]);
  if (differences === null) {
    return (
      <>
        <p class="faint">Too long to be compared word by word.</p>
        <CompletionText text={after} />
      </>
    );
  }
  if (differences.every(({ kind }) => kind === "same")) {
    return (
      <>
        <p class="faint">The same as before.</p>
        <CompletionText text={after} />
      </>
    );
  }
  return (
    <div class="completion-text" dir="ltr">
      {differences.map((difference, i) => (
        <DifferenceText key={i} {...difference} />
      ))}
    </div>
  );
}

function DifferenceText({ kind, text }: Difference): VNode {
  const plain = <PlainText text={text} />;
  if (kind === "same") return plain;
  return kind === "added" ? <ins>{plain}</ins> : <del>{plain}</del>;
}
