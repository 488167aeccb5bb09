/** One candidate that a completion considered. */
export interface Attempt {
  /** The candidate as it was written. */
  readonly text: string;
  /** `accepted` and `rejected` are the model's own words about it; `open` when it said neither. */
  readonly outcome: "accepted" | "rejected" | "open";
  /** Whether it is a right answer to the question, whatever the model says of it; absent where nobody can tell. */
  readonly right?: boolean;
  /** Where it begins in the thinking text, in UTF-16 units; where absent, those who show it search for its text. */
  readonly at?: number;
}
