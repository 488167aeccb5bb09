import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { CompletionText, PlainText } from "./completion-text.tsx";
import { wordDifferences } from "./word-differences.ts";

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
      {differences.map(({ kind, text }, i) =>
        kind === "same" ? (
          <PlainText key={i} text={text} />
        ) : kind === "added" ? (
          <ins key={i}>
            <PlainText text={text} />
          </ins>
        ) : (
          <del key={i}>
            <PlainText text={text} />
          </del>
        ),
      )}
    </div>
  );
}
