import type { CompletionSpan } from "../../emergence/index.ts";

/** What a mark in a completion means, in the order of the legend. */
export const SPAN_NAMES: Readonly<Record<CompletionSpan["kind"], string>> = {
  reflection: "reflection",
  rejected: "rejected candidate",
  correction: "correction",
  "false-rejection": "rejected though right",
  "false-acceptance": "accepted though wrong",
  answer: "answer",
};

/** Whether what is marked so was turned down by the completion itself: it is struck out for who doesn't see colours. */
export function isRejection(kind: CompletionSpan["kind"]): boolean {
  return kind === "rejected" || kind === "false-rejection";
}
