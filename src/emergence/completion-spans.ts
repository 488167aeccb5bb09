/** A part of a completion that is worth looking at. */
export interface CompletionSpan {
  /** Offsets in the text, in UTF-16 units as JavaScript counts; `to` is excluded. */
  readonly from: number;
  readonly to: number;
  /** `reflection`: a reflective word; `rejected`: a candidate that it rejects; `correction`: the candidate that it tries after one. */
  readonly kind: "reflection" | "rejected" | "correction" | "answer";
}
